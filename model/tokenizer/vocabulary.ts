/** The tokens of a model: each one's bytes, and the way back from bytes to a token. */
export class Vocabulary {
  /** Number of token ids; they run from 0 to `size` - 1. */
  readonly size: number;
  /** The token that is one byte, or -1: a vocabulary may lack bytes that its makers never met. */
  readonly ofByte = new Int32Array(256).fill(-1);
  readonly #bytes: Uint8Array;
  readonly #starts: Uint32Array;
  readonly #table: Int32Array;
  readonly #specials: ReadonlyMap<string, number>;

  /** `tokens[id]` are the bytes of a token; the ids in `specials` never stand for text, whatever their bytes. */
  constructor(tokens: readonly Uint8Array[], specials: ReadonlyMap<string, number>) {
    this.size = tokens.length;
    this.#specials = specials;
    this.#starts = new Uint32Array(tokens.length + 1);
    for (const [id, token] of tokens.entries()) this.#starts[id + 1] = this.#starts[id]! + token.length;
    this.#bytes = new Uint8Array(this.#starts[tokens.length]!);
    this.#table = new Int32Array(2 ** Math.ceil(Math.log2(tokens.length * 2 + 1))).fill(-1);
    const set = new Set(specials.values());
    for (const [id, token] of tokens.entries()) {
      this.#bytes.set(token, this.#starts[id]!);
      if (set.has(id)) continue;
      if (token.length === 1) this.ofByte[token[0]!] = id;
      this.#table[this.#slot(token, 0, token.length)] = id;
    }
  }

  /** A view of the token's bytes, which must not be written to; empty for an id outside the vocabulary. */
  bytesOf(id: number): Uint8Array {
    return this.#bytes.subarray(this.#starts[id] ?? 0, this.#starts[id + 1] ?? 0);
  }

  /** The id of a special token by its name in the model's files; undefined if the model has none of that name. */
  special(name: string): number | undefined {
    return this.#specials.get(name);
  }

  /** The token whose bytes are exactly `text[start, end)`, or -1. */
  find(text: Uint8Array, start: number, end: number): number {
    return this.#table[this.#slot(text, start, end)]!;
  }

  /** The place in the table that holds these bytes' token, or the empty one where it belongs. */
  #slot(text: Uint8Array, start: number, end: number): number {
    let hash = 0x811c9dc5;
    for (let i = start; i < end; i++) hash = Math.imul(hash ^ text[i]!, 0x01000193);
    const mask = this.#table.length - 1;
    let slot = (hash ^ (hash >>> 15)) & mask;
    while (this.#table[slot] !== -1 && !this.#isToken(this.#table[slot]!, text, start, end)) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  #isToken(id: number, text: Uint8Array, start: number, end: number): boolean {
    const from = this.#starts[id]!;
    if (this.#starts[id + 1]! - from !== end - start) return false;
    for (let i = start; i < end; i++) if (this.#bytes[from + i - start] !== text[i]) return false;
    return true;
  }
}
