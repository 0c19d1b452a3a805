import { ByteReader, concat } from '../bytes.js';
import { WireError } from '../error.js';
import { type BhttpResponseHead, readResponseHead } from './decode.js';

const EMPTY = new Uint8Array(0);

/**
 * Reads an indeterminate-length response (RFC 9292 §3.5.2) as it arrives. What is pushed may end anywhere; content
 * comes back as soon as a whole piece of it is there.
 */
export class ResponseReader {
  #pending: Uint8Array = EMPTY;
  #head: BhttpResponseHead | undefined;
  #contentEnded = false;

  /** Known once enough has arrived. */
  get head(): BhttpResponseHead | undefined {
    return this.#head;
  }

  /** Whether the content's terminator has been read. */
  get contentEnded(): boolean {
    return this.#contentEnded;
  }

  /** The pieces of content that are complete now. @throws WireError `bhttp-malformed` */
  push(bytes: Uint8Array): Uint8Array[] {
    this.#pending = this.#pending.length === 0 ? bytes : concat(this.#pending, bytes);
    const pieces: Uint8Array[] = [];
    if (!this.#head) {
      const head = this.#attempt(readResponseHead);
      if (!head) return pieces;
      if (head.framing !== 'indeterminate-length') {
        throw new WireError('bhttp-malformed', 'a streamed response has to be of indeterminate length');
      }
      this.#head = head;
    }
    while (!this.#contentEnded) {
      const piece = this.#attempt((reader) => reader.take(reader.varint()));
      if (!piece) break;
      if (piece.length === 0) this.#contentEnded = true;
      else pieces.push(piece);
    }
    return pieces;
  }

  /** @throws WireError `bhttp-truncated` when the stream ended inside the response */
  end(): void {
    if (!this.#contentEnded)
      throw new WireError('bhttp-truncated', 'the response ended before its content did');
  }

  /** What `read` makes of the pending bytes, or nothing while they are too few. */
  #attempt<T>(read: (reader: ByteReader) => T): T | undefined {
    const reader = new ByteReader(this.#pending, 'bhttp-truncated');
    try {
      const result = read(reader);
      this.#pending = this.#pending.subarray(reader.offset);
      return result;
    } catch (error) {
      if (error instanceof WireError && error.code === 'bhttp-truncated') return undefined;
      throw error;
    }
  }
}
