import { TokenizerError } from './error.js';
import { loadTokenizer, type TokenizerParts } from './load.js';
import { Merger } from './merger.js';
import { type Splitting, splittings } from './splitting.js';
import type { Vocabulary } from './vocabulary.js';

/**
 * Byte-level BPE from UTF-8 bytes to token ids, without a string in between. Nothing in the text is ever taken for a
 * special token: `<|im_end|>` in a message is ten characters like any others. Specials enter a prompt by `special`.
 */
export class Tokenizer {
  readonly #vocabulary: Vocabulary;
  readonly #split: Splitting;
  readonly #merger: Merger;
  readonly #wholePieces: boolean;

  constructor(parts: TokenizerParts) {
    this.#vocabulary = parts.vocabulary;
    this.#split = splittings[parts.splitting];
    this.#merger = new Merger(parts.vocabulary, parts.merges);
    this.#wholePieces = parts.wholePieces;
  }

  /**
   * The tokenizer of the pack in `dir`.
   * @throws TokenizerError `tokenizer-missing`, `tokenizer-malformed`, `tokenizer-unsupported`
   */
  static async fromPack(dir: string): Promise<Tokenizer> {
    return new Tokenizer(await loadTokenizer(dir));
  }

  /** Number of token ids. */
  get size(): number {
    return this.#vocabulary.size;
  }

  /**
   * Tokenizes `text`, which need not be well-formed: an invalid byte is a character of its own. Bytes that the
   * vocabulary has no token for are left out. Returns the used part of `out`, which is the caller's to wipe.
   * @param out room for `text.length` ids, one for each byte at worst
   * @throws RangeError when `out` is smaller than that
   */
  encode(text: Uint8Array, out: Int32Array = new Int32Array(text.length)): Int32Array {
    if (out.length < text.length) throw new RangeError(`Room for ${text.length} token ids is needed.`);
    let written = 0;
    for (let at = 0; at < text.length; ) {
      const end = this.#split(text, at, text.length);
      const whole = this.#wholePieces ? this.#vocabulary.find(text, at, end) : -1;
      if (whole >= 0) out[written++] = whole;
      else written += this.#merger.merge(text, at, end, out, written);
      at = end;
    }
    return out.subarray(0, written);
  }

  /**
   * The id of a special token by its name, such as `<|im_start|>`.
   * @throws TokenizerError `tokenizer-unsupported` when the model has none of that name
   */
  special(name: string): number {
    const id = this.#vocabulary.special(name);
    if (id === undefined)
      throw new TokenizerError('tokenizer-unsupported', `The model has no token ${name}.`);
    return id;
  }

  /** The token whose bytes are exactly `text`, or -1; never a special one. */
  find(text: Uint8Array): number {
    return this.#vocabulary.find(text, 0, text.length);
  }

  /** A read-only view of the bytes that a token stands for; empty for an id outside the vocabulary. */
  decodeToken(id: number): Uint8Array {
    return this.#vocabulary.bytesOf(id);
  }

  /** Clears the scratch memory, which holds parts of the texts encoded since the last time. */
  wipe(): void {
    this.#merger.wipe();
  }
}
