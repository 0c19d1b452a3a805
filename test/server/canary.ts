import { randomBytes } from 'node:crypto';
import type { Tokenizer } from '../../model/index.js';

/** A word that no memory holds by chance, in all the forms that a server might keep it in. */
export class Canary {
  readonly text: string;
  readonly patterns: Readonly<Record<string, Uint8Array>>;

  constructor(tokenizer: Tokenizer) {
    this.text = [...randomBytes(24)].map((byte) => String.fromCharCode(97 + (byte % 26))).join('');
    const utf8 = new TextEncoder().encode(this.text);
    // What stands before and behind changes the first tokens and the last; those in the middle stay.
    const tokens = tokenizer.encode(utf8).slice(2, -2);
    if (tokens.length < 4) throw new Error('too few tokens to tell from chance');
    this.patterns = {
      utf8,
      utf16: Buffer.from(this.text, 'utf16le'),
      int32: bytesOf(tokens),
      int64: bytesOf(BigInt64Array.from(tokens, BigInt)),
      float64: bytesOf(Float64Array.from(tokens)),
    };
  }
}

function bytesOf(view: ArrayBufferView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}
