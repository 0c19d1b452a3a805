import { ascii, concat, varint, varintSize } from './bytes.js';
import {
  acceptEncapsulation,
  beginEncapsulation,
  type Encapsulation,
  type Labels,
  opening,
  responseNonceSize,
  responseState,
} from './encapsulation.js';
import { WireError } from './error.js';
import type { encapsulate, KemKeyPair, SealingState } from './hpke/index.js';
import type { KeyConfig } from './keyconfig.js';

/** Media types of chunked OHTTP (draft-ietf-ohai-chunked-ohttp §3). */
export const CHUNKED_REQUEST_TYPE = 'message/ohttp-chunked-req';
export const CHUNKED_RESPONSE_TYPE = 'message/ohttp-chunked-res';

/** No sealed chunk we read may be longer: the largest request class and its tag fit. */
export const MAX_CHUNK_BYTES = 512 * 1024;

/** What everybody has to be able to receive, before sealing (chunked OHTTP §6): we send no more in one chunk. */
const MOST_PLAIN_BYTES = 16 * 1024;

const LABELS: Labels = {
  request: 'message/bhttp chunked request',
  response: 'message/bhttp chunked response',
};
const EMPTY = new Uint8Array(0);
const FINAL = ascii('final');

/** Seals the chunks of one direction, in their order. Nothing comes after the final one. */
class ChunkWriter {
  readonly #state: Pick<SealingState, 'seal'>;
  #finished = false;

  constructor(state: Pick<SealingState, 'seal'>) {
    this.#state = state;
  }

  /**
   * A non-final chunk, or several if it is long: its length, then the ciphertext. A tag makes it longer than zero, which
   * means the final one.
   */
  chunk(plaintext: Uint8Array): Uint8Array {
    const parts: Uint8Array[] = [];
    for (let from = 0; from < plaintext.length || from === 0; from += MOST_PLAIN_BYTES) {
      const sealed = this.#seal(EMPTY, plaintext.subarray(from, from + MOST_PLAIN_BYTES));
      parts.push(varint(sealed.length), sealed);
    }
    return concat(...parts);
  }

  /** The final chunk: a zero, then ciphertext to the end of the stream, sealed with "final" as its AAD. */
  final(plaintext: Uint8Array): Uint8Array {
    const last = Math.max(0, Math.ceil(plaintext.length / MOST_PLAIN_BYTES) - 1) * MOST_PLAIN_BYTES;
    const before = last === 0 ? EMPTY : this.chunk(plaintext.subarray(0, last));
    const sealed = this.#seal(FINAL, plaintext.subarray(last));
    this.#finished = true;
    return concat(before, Uint8Array.of(0), sealed);
  }

  #seal(aad: Uint8Array, plaintext: Uint8Array): Uint8Array {
    if (this.#finished) throw new WireError('ohttp-finished', 'the final chunk has been sealed already');
    return this.#state.seal(aad, plaintext);
  }
}

/** Cuts a stream of bytes into sealed chunks. The final one is known only when the stream ends. */
class ChunkSplitter {
  #pending: Uint8Array = EMPTY;
  #final = false;

  /** The complete non-final chunks that have arrived. */
  push(bytes: Uint8Array): Uint8Array[] {
    this.#pending = this.#pending.length === 0 ? bytes : concat(this.#pending, bytes);
    const chunks: Uint8Array[] = [];
    while (!this.#final && this.#pending.length > 0) {
      const size = varintSize(this.#pending[0]!);
      if (this.#pending.length < size) break;
      let length = this.#pending[0]! & 0x3f;
      for (let i = 1; i < size; i++) length = length * 256 + this.#pending[i]!;
      if (length > MAX_CHUNK_BYTES)
        throw new WireError('ohttp-malformed', 'a chunk is longer than any we accept');
      if (length === 0) {
        this.#final = true;
        this.#pending = this.#pending.subarray(size);
      } else {
        if (this.#pending.length < size + length) break;
        chunks.push(this.#pending.subarray(size, size + length));
        this.#pending = this.#pending.subarray(size + length);
      }
    }
    if (this.#pending.length > MAX_CHUNK_BYTES + 8) {
      throw new WireError('ohttp-malformed', 'a chunk is longer than any we accept');
    }
    return chunks;
  }

  /** The final chunk. @throws WireError `ohttp-truncated` when the stream ended without one */
  end(): Uint8Array {
    if (!this.#final) throw new WireError('ohttp-truncated', 'the stream ended before its final chunk');
    return this.#pending;
  }
}

/** The client's sending half. The first bytes to send are `start`. */
export class ChunkedRequestSealer {
  readonly #encapsulation: Encapsulation;
  readonly #writer: ChunkWriter;
  readonly start: Uint8Array;

  constructor(config: KeyConfig, encapsulateTo?: typeof encapsulate) {
    this.#encapsulation = beginEncapsulation(config, LABELS, encapsulateTo);
    this.#writer = new ChunkWriter(this.#encapsulation.context);
    this.start = concat(this.#encapsulation.header, this.#encapsulation.enc);
  }

  /** A long plaintext becomes several chunks. @throws WireError `ohttp-finished` */
  chunk(plaintext: Uint8Array): Uint8Array {
    return this.#writer.chunk(plaintext);
  }

  /** @throws WireError `ohttp-finished` */
  final(plaintext: Uint8Array): Uint8Array {
    return this.#writer.final(plaintext);
  }

  /** The reader of the answer to this request. */
  response(): ChunkedResponseOpener {
    return new ChunkedResponseOpener(this.#encapsulation);
  }

  wipe(): void {
    this.#encapsulation.context.wipe();
  }
}

/** The server's receiving half, over a complete message. */
export class ChunkedRequestOpener {
  readonly #encapsulation: Encapsulation & { readonly body: Uint8Array };

  /** @throws WireError `ohttp-truncated`, `ohttp-unknown-key`, `ohttp-unsupported-suite`, `ohttp-open-failed` */
  constructor(key: KemKeyPair, config: KeyConfig, message: Uint8Array) {
    this.#encapsulation = acceptEncapsulation(key, config, LABELS, message);
  }

  /**
   * The plaintexts of all chunks, each in an array that the caller owns.
   * @throws WireError `ohttp-truncated`, `ohttp-malformed`, `ohttp-open-failed`; whatever was opened is wiped then
   */
  open(): Uint8Array[] {
    const { context, body } = this.#encapsulation;
    const opened: Uint8Array[] = [];
    try {
      const splitter = new ChunkSplitter();
      for (const chunk of splitter.push(body)) opened.push(opening(() => context.open(EMPTY, chunk)));
      opened.push(opening(() => context.open(FINAL, splitter.end())));
      return opened;
    } catch (error) {
      for (const plaintext of opened) plaintext.fill(0);
      throw error;
    }
  }

  /** The sender of the answer; `nonce` is for vector tests only. */
  response(nonce?: Uint8Array): ChunkedResponseSealer {
    return new ChunkedResponseSealer(this.#encapsulation, nonce);
  }

  wipe(): void {
    this.#encapsulation.context.wipe();
  }
}

/** The server's sending half. The first bytes to send are `start`. */
export class ChunkedResponseSealer {
  readonly #state: SealingState;
  readonly #writer: ChunkWriter;
  readonly start: Uint8Array;

  constructor(encapsulation: Encapsulation, nonce?: Uint8Array) {
    this.start = nonce ?? crypto.getRandomValues(new Uint8Array(responseNonceSize(encapsulation)));
    this.#state = responseState(encapsulation, LABELS, this.start);
    this.#writer = new ChunkWriter(this.#state);
  }

  /** A long plaintext becomes several chunks. @throws WireError `ohttp-finished` */
  chunk(plaintext: Uint8Array): Uint8Array {
    return this.#writer.chunk(plaintext);
  }

  /** @throws WireError `ohttp-finished` */
  final(plaintext: Uint8Array): Uint8Array {
    return this.#writer.final(plaintext);
  }

  wipe(): void {
    this.#state.wipe();
  }
}

/** The client's receiving half: bytes in as they arrive, plaintext chunks out. */
export class ChunkedResponseOpener {
  readonly #encapsulation: Encapsulation;
  readonly #splitter = new ChunkSplitter();
  #start: Uint8Array = EMPTY;
  #state: SealingState | undefined;

  constructor(encapsulation: Encapsulation) {
    this.#encapsulation = encapsulation;
  }

  /** Opens what is complete. @throws WireError `ohttp-malformed`, `ohttp-open-failed` */
  push(bytes: Uint8Array): Uint8Array[] {
    let rest = bytes;
    if (!this.#state) {
      const size = responseNonceSize(this.#encapsulation);
      this.#start = concat(this.#start, bytes);
      if (this.#start.length < size) return [];
      rest = this.#start.subarray(size);
      this.#state = responseState(this.#encapsulation, LABELS, this.#start.subarray(0, size));
    }
    const state = this.#state;
    return this.#splitter.push(rest).map((chunk) => opening(() => state.open(EMPTY, chunk)));
  }

  /** Opens the final chunk. @throws WireError `ohttp-truncated`, `ohttp-open-failed` */
  end(): Uint8Array {
    const state = this.#state;
    if (!state) throw new WireError('ohttp-truncated', 'the stream ended before its nonce did');
    const chunk = this.#splitter.end();
    return opening(() => state.open(FINAL, chunk));
  }

  wipe(): void {
    this.#state?.wipe();
    this.#encapsulation.context.wipe();
  }
}
