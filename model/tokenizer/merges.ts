/** Which two neighbouring tokens become which one, and in what order of precedence: a hash table in typed arrays. */
export class Merges {
  readonly #mask: number;
  readonly #lefts: Int32Array;
  readonly #rights: Int32Array;
  readonly #ranks: Int32Array;
  readonly #results: Int32Array;
  #count = 0;

  /** A table for at most `capacity` merges. */
  constructor(capacity: number) {
    const size = 2 ** Math.ceil(Math.log2(capacity * 2 + 1));
    this.#mask = size - 1;
    this.#lefts = new Int32Array(size).fill(-1);
    this.#rights = new Int32Array(size);
    this.#ranks = new Int32Array(size);
    this.#results = new Int32Array(capacity);
  }

  /** Adds the merge of the next lower precedence. The first of two with the same pair stands. */
  add(left: number, right: number, result: number): void {
    const rank = this.#count++;
    this.#results[rank] = result;
    const slot = this.#slot(left, right);
    if (this.#lefts[slot] !== -1) return;
    this.#lefts[slot] = left;
    this.#rights[slot] = right;
    this.#ranks[slot] = rank;
  }

  /** The precedence of a pair, lower first; -1 if the two don't merge. */
  rank(left: number, right: number): number {
    if (left < 0 || right < 0) return -1;
    const slot = this.#slot(left, right);
    return this.#lefts[slot] === -1 ? -1 : this.#ranks[slot]!;
  }

  /** The token that the merge of this rank makes. */
  result(rank: number): number {
    return this.#results[rank]!;
  }

  #slot(left: number, right: number): number {
    const hash = Math.imul(left, 0x9e3779b1) ^ Math.imul(right, 0x85ebca6b);
    let slot = (hash ^ (hash >>> 16)) & this.#mask;
    while (this.#lefts[slot] !== -1 && (this.#lefts[slot] !== left || this.#rights[slot] !== right)) {
      slot = (slot + 1) & this.#mask;
    }
    return slot;
  }
}
