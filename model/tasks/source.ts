/** The user's text as grounding sees it: its numbers, and words that may be names. */
import type { Secrets } from './secrets.js';
import type { VocabularyMarks } from './vocabulary-marks.js';
import { lower, numbersOf, type Stretch, wordsOf } from './words.js';

const BLANK = 0x20;

/** Of a word, so many bytes are looked at as the beginnings of tokens. */
const MAX_BEGINNING = 24;

const BEGINNING = 1;
export const LONGER_WORD = 2;
/** Words that say something have four bytes or more, most of them. */
const LONGER = 4;

export class Source {
  readonly marks: VocabularyMarks;
  readonly #text: Uint8Array;
  readonly #numbers: readonly Stretch[];
  readonly #words: readonly Stretch[];
  /** For each token: BEGINNING of a word of the text, or even all of a LONGER_WORD; else 0. */
  readonly beginnings: Uint8Array;

  constructor(text: Uint8Array, marks: VocabularyMarks, secrets: Secrets) {
    this.marks = marks;
    this.#text = text;
    this.#numbers = [...numbersOf(text)];
    this.#words = [...wordsOf(text)];
    this.beginnings = secrets.bytes(marks.tokenizer.size);
    this.#markBeginnings(secrets.bytes(MAX_BEGINNING + 1));
  }

  /** The longest number, in bytes. */
  get longestNumber(): number {
    return this.#numbers.reduce((longest, { start, end }) => Math.max(longest, end - start), 0);
  }

  hasNumber(digits: Uint8Array): boolean {
    return this.#numbers.some(({ start, end }) => end - start === digits.length && this.#at(start, digits));
  }

  /** Whether a number of the text begins with `digits`. */
  hasNumberLike(digits: Uint8Array): boolean {
    return this.#numbers.some(({ start, end }) => end - start >= digits.length && this.#at(start, digits));
  }

  /** What is left, in each word of the text that begins with `beginning`, after it; the case of ASCII doesn't count. */
  *remainders(beginning: Uint8Array): Generator<Uint8Array> {
    for (const { start, end } of this.#words) {
      if (end - start < beginning.length) continue;
      if (beginning.every((byte, i) => lower(byte) === lower(this.#text[start + i]!))) {
        yield this.#text.subarray(start + beginning.length, end);
      }
    }
  }

  #at(start: number, bytes: Uint8Array): boolean {
    for (let i = 0; i < bytes.length; i++) if (this.#text[start + i] !== bytes[i]) return false;
    return true;
  }

  #markBeginnings(scratch: Uint8Array): void {
    const { tokenizer } = this.marks;
    scratch[0] = BLANK;
    for (const { start, end } of this.#words) {
      const length = Math.min(end - start, MAX_BEGINNING);
      scratch.set(this.#text.subarray(start, start + length), 1);
      // A word may be written with a capital that it has not in the text.
      for (const first of [scratch[1]!, upper(scratch[1]!)]) {
        scratch[1] = first;
        for (let size = 1; size <= length; size++) {
          for (const from of [0, 1]) {
            const id = tokenizer.find(scratch.subarray(from, size + 1));
            if (id >= 0)
              this.beginnings[id]! |= size === end - start && size >= LONGER ? LONGER_WORD : BEGINNING;
          }
        }
      }
    }
  }
}

const upper = (byte: number): number => (byte >= 0x61 && byte <= 0x7a ? byte & ~0x20 : byte);
