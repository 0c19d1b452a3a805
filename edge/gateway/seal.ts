/** An inner answer as what the relay is given: all of it at once, or piece by piece while a machine streams it. */
import { Readable } from 'node:stream';
import {
  type ChunkedResponseSealer,
  CONTENT_END,
  concat,
  contentChunk,
  encodeBhttpResponse,
  encodeBhttpResponseHead,
  padRequest,
} from '../../wire/index.js';
import { bodyAtMost } from '../../wire/node/body.js';
import { PROBLEM_TYPE } from '../../wire/node/problem.js';
import { EdgeError } from '../error.js';
import { problemOf } from '../problem.js';
import { field, type InnerAnswer } from './inner.js';

const NOTHING = { informational: [], trailers: [] } as const;
/** Longest streamed answer that a one-shot response holds. */
const MOST_BYTES = 200 * 1024;

/** A refusal of our own, under seal. */
export function refused(error: EdgeError): InnerAnswer {
  const { status, body, retryAfter } = problemOf(error);
  const headers = [field('content-type', PROBLEM_TYPE)];
  if (retryAfter !== undefined) headers.push(field('retry-after', String(retryAfter)));
  return { status, headers, body: new TextEncoder().encode(body) };
}

/** The binary HTTP response of an answer that is there, zeros behind it up to a size class. */
export function wholeResponse({ status, headers }: InnerAnswer, body: Uint8Array): Uint8Array {
  return padRequest(encodeBhttpResponse({ ...NOTHING, status, headers, content: body }));
}

/** The same of one that streams. @throws EdgeError `vm-unavailable` when it breaks off */
export async function collected({ body }: InnerAnswer): Promise<Uint8Array> {
  if (body instanceof Uint8Array) return body;
  try {
    return await bodyAtMost(body, MOST_BYTES);
  } catch (cause) {
    throw new EdgeError('vm-unavailable', 'The confidential VM broke off: open a new session.', { cause });
  }
}

/**
 * The sealed chunks of an answer. One that breaks off breaks off here too, without a final chunk, so that the client
 * never takes a part for the whole.
 */
export function sealedStream(answer: InnerAnswer, sealer: ChunkedResponseSealer): Readable {
  return Readable.from(sealedChunks(answer, sealer), { objectMode: false });
}

async function* sealedChunks(answer: InnerAnswer, sealer: ChunkedResponseSealer): AsyncGenerator<Uint8Array> {
  const { status, headers, body } = answer;
  try {
    if (body instanceof Uint8Array) {
      yield concat(sealer.start, sealer.final(wholeResponse(answer, body)));
      return;
    }
    const head = encodeBhttpResponseHead({ ...NOTHING, status, headers }, 'indeterminate-length');
    yield concat(sealer.start, sealer.chunk(head));
    for await (const piece of body as AsyncIterable<Uint8Array>) yield sealer.chunk(contentChunk(piece));
    yield sealer.final(CONTENT_END);
  } finally {
    sealer.wipe();
  }
}
