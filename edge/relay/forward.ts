/** Passes one encapsulated request on and its answer back, both while they stream. */
import { type Readable, Transform } from 'node:stream';
import { type Dispatcher, errors } from 'undici';
import type { Departure } from '../departure.js';
import { EdgeError } from '../error.js';

export interface Forwarded {
  readonly status: number;
  readonly type: string;
  readonly retryAfter: string | undefined;
  readonly body: Readable;
}

export interface ForwardOptions {
  /** Media type of the request, and of the answer that goes with it. */
  readonly type: string;
  readonly answer: string;
  readonly limit: number;
  readonly signal: Departure;
}

/**
 * Sends a body to the gateway with headers of the relay's own and none of the client's.
 * @throws EdgeError `gateway-unavailable`, `body-too-large`, `request-malformed`
 */
export async function forward(
  gateway: Dispatcher,
  body: Readable,
  { type, answer, limit, signal }: ForwardOptions,
): Promise<Forwarded> {
  const counted = body.pipe(atMost(limit));
  // A client that breaks off must not look like one that has finished.
  body.once('error', (error) => counted.destroy(error));
  body.once('close', () => {
    if (!body.readableEnded) counted.destroy(new EdgeError('request-malformed', 'The request broke off.'));
  });
  try {
    const {
      statusCode,
      headers,
      body: received,
    } = await gateway.request({
      path: '/',
      method: 'POST',
      headers: { 'content-type': type, accept: answer },
      body: counted,
      signal,
    });
    const retryAfter = headers['retry-after'];
    return {
      status: statusCode,
      type: String(headers['content-type'] ?? ''),
      retryAfter: typeof retryAfter === 'string' ? retryAfter : undefined,
      body: received,
    };
  } catch (cause) {
    if (cause instanceof EdgeError) throw cause;
    const late = cause instanceof errors.HeadersTimeoutError;
    throw new EdgeError(
      'gateway-unavailable',
      `The gateway ${late ? 'took too long' : 'cannot be reached'}. Try again soon.`,
      { retryAfter: 5, cause },
    );
  }
}

function atMost(limit: number): Transform {
  let length = 0;
  return new Transform({
    transform(chunk: Buffer, _, done) {
      length += chunk.length;
      if (length <= limit) return done(null, chunk);
      done(new EdgeError('body-too-large', 'The request is larger than any that is taken.'));
    },
  });
}
