/**
 * A dictionary that is asked with bytes: words of ours on one side, a stretch of a user's text on the other, compared
 * without regard to the case of ASCII letters and without making a string of it.
 */
export class WordTable<Value> {
  readonly #slots: Int32Array;
  readonly #words: Uint8Array[] = [];
  readonly #values: Value[] = [];

  constructor(entries: Iterable<readonly [word: string, value: Value]>) {
    const list = [...entries];
    this.#slots = new Int32Array(2 ** Math.ceil(Math.log2(list.length * 2 + 2))).fill(-1);
    for (const [word, value] of list) {
      const bytes = new TextEncoder().encode(word);
      const slot = this.#slot(bytes, 0, bytes.length);
      if (this.#slots[slot] === -1) this.#slots[slot] = this.#words.push(bytes) - 1;
      this.#values[this.#slots[slot]!] = value;
    }
  }

  /** The value of the word that `text[start, end)` spells; undefined if there is none. */
  get(text: Uint8Array, start = 0, end = text.length): Value | undefined {
    return this.#values[this.#slots[this.#slot(text, start, end)]!];
  }

  has(text: Uint8Array, start = 0, end = text.length): boolean {
    return this.#slots[this.#slot(text, start, end)] !== -1;
  }

  #slot(text: Uint8Array, start: number, end: number): number {
    let hash = 0x811c9dc5;
    for (let i = start; i < end; i++) hash = Math.imul(hash ^ lower(text[i]!), 0x01000193);
    const mask = this.#slots.length - 1;
    let slot = (hash ^ (hash >>> 15)) & mask;
    while (this.#slots[slot] !== -1 && !same(this.#words[this.#slots[slot]!]!, text, start, end)) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }
}

/** A table that only says whether a word is in it; `words` are separated by blanks. */
export const wordSet = (words: string): WordTable<true> =>
  new WordTable(words.split(/\s+/).map((word) => [word, true] as const));

/** The lower case of an ASCII letter; any other byte as it is. */
export const lower = (byte: number): number => (byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte);

function same(word: Uint8Array, text: Uint8Array, start: number, end: number): boolean {
  if (word.length !== end - start) return false;
  for (let i = 0; i < word.length; i++) if (lower(word[i]!) !== lower(text[start + i]!)) return false;
  return true;
}
