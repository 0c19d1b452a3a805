import type { Tokenizer } from './tokenizer.js';
import { isContinuation, isSecondByte, sequenceLength } from './utf8.js';

const REPLACEMENT = [0xef, 0xbf, 0xbd] as const;

/**
 * Turns token ids into UTF-8 one by one, holding back the bytes of a character until it is complete. Bytes that can't
 * be part of one become U+FFFD, the way TextDecoder does it: one for each longest beginning of a character.
 */
export class Detokenizer {
  readonly #tokenizer: Tokenizer;
  /** The beginning of a character that more bytes have to complete. */
  readonly #pending = new Uint8Array(4);
  #held = 0;
  #out = new Uint8Array(64);
  #written = 0;

  constructor(tokenizer: Tokenizer) {
    this.#tokenizer = tokenizer;
  }

  /** What can be said after this token: whole characters, maybe none. A view that the next call overwrites. */
  push(id: number): Uint8Array {
    const bytes = this.#tokenizer.decodeToken(id);
    // Each byte ends at most one character, and at most one beginning that turns out to be none.
    this.#begin(3 * (bytes.length + 1) + 1);
    for (const byte of bytes) this.#accept(byte);
    return this.#out.subarray(0, this.#written);
  }

  /** U+FFFD if the text ends within a character, else nothing. The next `push` starts anew. */
  flush(): Uint8Array {
    this.#begin(3);
    if (this.#held > 0) this.#replace();
    return this.#out.subarray(0, this.#written);
  }

  /** Clears all that is left of the text. */
  wipe(): void {
    this.#pending.fill(0);
    this.#out.fill(0);
    this.#held = 0;
    this.#written = 0;
  }

  #begin(room: number): void {
    this.#written = 0;
    if (room <= this.#out.length) return;
    this.#out.fill(0);
    this.#out = new Uint8Array(room);
  }

  #accept(byte: number): void {
    if (this.#held > 0 && !this.#continues(byte)) this.#replace();
    if (this.#held === 0 && sequenceLength(byte) === 0) {
      this.#replace();
      return;
    }
    this.#pending[this.#held++] = byte;
    if (this.#held < sequenceLength(this.#pending[0]!)) return;
    this.#out.set(this.#pending.subarray(0, this.#held), this.#written);
    this.#written += this.#held;
    this.#held = 0;
  }

  #continues(byte: number): boolean {
    return this.#held === 1 ? isSecondByte(this.#pending[0]!, byte) : isContinuation(byte);
  }

  #replace(): void {
    this.#out.set(REPLACEMENT, this.#written);
    this.#written += REPLACEMENT.length;
    this.#held = 0;
  }
}
