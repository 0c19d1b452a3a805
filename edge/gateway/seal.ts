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
  return new SealedAnswer(answer, sealer);
}

/** Pushes, where a generator would wait for a promise several times a chunk. */
class SealedAnswer extends Readable {
  readonly #sealer: ChunkedResponseSealer;
  readonly #source: Readable | undefined;

  constructor(answer: InnerAnswer, sealer: ChunkedResponseSealer) {
    super();
    this.#sealer = sealer;
    const { status, headers, body } = answer;
    if (body instanceof Uint8Array) {
      this.push(concat(sealer.start, sealer.final(wholeResponse(answer, body))));
      this.push(null);
      return;
    }
    const head = encodeBhttpResponseHead({ ...NOTHING, status, headers }, 'indeterminate-length');
    this.push(concat(sealer.start, sealer.chunk(head)));
    this.#source = body;
    body.on('data', (piece: Uint8Array) => {
      if (!this.push(sealer.chunk(contentChunk(piece)))) body.pause();
    });
    body.once('end', () => {
      this.push(sealer.final(CONTENT_END));
      this.push(null);
    });
    body.once('error', (error) => this.destroy(error));
  }

  override _read(): void {
    this.#source?.resume();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#source?.destroy();
    this.#sealer.wipe();
    done(error);
  }
}
