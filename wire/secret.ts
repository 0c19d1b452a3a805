import { WireError } from './error.js';

/**
 * Bytes that can be wiped and cannot be printed. Takes ownership of the array: nobody else may keep a view that
 * outlives it, except views that are meant to read as zeros after `wipe`.
 */
export class SecretBytes {
  #bytes: Uint8Array;
  #wiped = false;

  constructor(owned: Uint8Array) {
    this.#bytes = owned;
  }

  /** The live bytes. @throws WireError `secret-wiped` once they are gone. */
  get bytes(): Uint8Array {
    if (this.#wiped) throw new WireError('secret-wiped', 'this secret has been wiped already');
    return this.#bytes;
  }

  get length(): number {
    return this.#bytes.length;
  }

  get wiped(): boolean {
    return this.#wiped;
  }

  /** Overwrites the bytes with zeros. Safe to call twice. */
  wipe(): void {
    this.#bytes.fill(0);
    this.#wiped = true;
  }

  [Symbol.dispose](): void {
    this.wipe();
  }

  toString(): string {
    return '[SecretBytes]';
  }

  toJSON(): string {
    return '[SecretBytes]';
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return '[SecretBytes]';
  }
}
