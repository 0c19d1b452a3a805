import type { Merges } from './merges.js';
import type { Vocabulary } from './vocabulary.js';

/** Rank and position of a candidate as one number that sorts by rank, then from left to right. */
const POSITIONS = 2 ** 31;

/**
 * Byte-pair merging of one piece: symbols in a linked list, candidate pairs in a binary heap, all in typed arrays.
 * A piece of n bytes takes n·log n steps, also when it is 100 kB of one letter. What the arrays hold is the user's:
 * `wipe` clears it.
 */
export class Merger {
  readonly #vocabulary: Vocabulary;
  readonly #merges: Merges;
  #symbols = new Int32Array(256);
  #nexts = new Int32Array(256);
  #previous = new Int32Array(256);
  /** A piece of n bytes has n - 1 pairs, and each of up to n - 1 merges makes at most two more. */
  #heap = new Float64Array(3 * 256);
  #heapSize = 0;

  constructor(vocabulary: Vocabulary, merges: Merges) {
    this.#vocabulary = vocabulary;
    this.#merges = merges;
  }

  /**
   * Writes the tokens of `text[start, end)` to `out` from `at` on, and returns how many they are. Bytes that the
   * vocabulary has no token for are left out.
   */
  merge(text: Uint8Array, start: number, end: number, out: Int32Array, at: number): number {
    const length = end - start;
    this.#reserve(length);
    for (let i = 0; i < length; i++) {
      this.#symbols[i] = this.#vocabulary.ofByte[text[start + i]!]!;
      this.#previous[i] = i - 1;
      this.#nexts[i] = i + 1 < length ? i + 1 : -1;
    }
    this.#heapSize = 0;
    for (let i = 0; i + 1 < length; i++) this.#offer(i);
    while (this.#heapSize > 0) this.#take(this.#pop());
    let written = 0;
    for (let i = 0; i !== -1; i = this.#nexts[i]!) {
      const symbol = this.#symbols[i]!;
      if (symbol >= 0) out[at + written++] = symbol;
    }
    return written;
  }

  /** Clears all that is left of the pieces so far. */
  wipe(): void {
    this.#symbols.fill(0);
    this.#nexts.fill(0);
    this.#previous.fill(0);
    this.#heap.fill(0);
    this.#heapSize = 0;
  }

  /** Merges the pair of a candidate, unless one of its two has since merged with another neighbour. */
  #take(candidate: number): void {
    const left = candidate % POSITIONS;
    const rank = (candidate - left) / POSITIONS;
    const right = this.#nexts[left]!;
    if (right === -1 || this.#merges.rank(this.#symbols[left]!, this.#symbols[right]!) !== rank) return;
    this.#symbols[left] = this.#merges.result(rank);
    this.#symbols[right] = -1;
    const after = this.#nexts[right]!;
    this.#nexts[right] = -1;
    this.#nexts[left] = after;
    if (after !== -1) {
      this.#previous[after] = left;
      this.#offer(left);
    }
    if (this.#previous[left] !== -1) this.#offer(this.#previous[left]!);
  }

  /** Makes the pair that begins at `left` a candidate if it can merge. */
  #offer(left: number): void {
    const rank = this.#merges.rank(this.#symbols[left]!, this.#symbols[this.#nexts[left]!]!);
    if (rank >= 0) this.#push(rank * POSITIONS + left);
  }

  #push(candidate: number): void {
    const heap = this.#heap;
    let at = this.#heapSize++;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (heap[parent]! <= candidate) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = candidate;
  }

  #pop(): number {
    const heap = this.#heap;
    const top = heap[0]!;
    const size = --this.#heapSize;
    const last = heap[size]!;
    let at = 0;
    for (let child = 1; child < size; child = 2 * at + 1) {
      if (child + 1 < size && heap[child + 1]! < heap[child]!) child++;
      if (heap[child]! >= last) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
    return top;
  }

  #reserve(length: number): void {
    if (length <= this.#symbols.length) return;
    this.wipe();
    const size = 2 ** Math.ceil(Math.log2(length));
    this.#symbols = new Int32Array(size);
    this.#nexts = new Int32Array(size);
    this.#previous = new Int32Array(size);
    this.#heap = new Float64Array(3 * size);
  }
}
