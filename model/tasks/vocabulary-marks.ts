/** What grounding has to know of each token of a vocabulary, found out once at start. */
import type { Tokenizer } from '../tokenizer/index.js';
import { isCapital, isDigit } from './words.js';

const BLANK = 0x20;

/** A digit is in it. */
export const DIGIT = 1;
/** A word with a capital begins it, maybe behind a blank. */
export const CAPITAL = 2;
/** A capital begins it, and more often than the small letter does: it looks like the beginning of a name. */
export const NAME = 4;
/** Nothing of it can be seen. */
export const BLANK_ONLY = 8;

export class VocabularyMarks {
  readonly tokenizer: Tokenizer;
  /** The marks of each token. */
  readonly marks: Uint8Array;
  /** The first byte of each token; 0 for one without bytes. */
  readonly firstBytes: Uint8Array;
  /** The tokens with a digit. */
  readonly digits: Int32Array;

  constructor(tokenizer: Tokenizer) {
    this.tokenizer = tokenizer;
    this.marks = new Uint8Array(tokenizer.size);
    this.firstBytes = new Uint8Array(tokenizer.size);
    for (let id = 0; id < tokenizer.size; id++) {
      const bytes = tokenizer.decodeToken(id);
      this.firstBytes[id] = bytes[0] ?? 0;
      this.marks[id] = marksOf(bytes, id, tokenizer);
    }
    this.digits = Int32Array.from(this.marks.keys()).filter((id) => (this.marks[id]! & DIGIT) !== 0);
  }
}

function marksOf(bytes: Uint8Array, id: number, tokenizer: Tokenizer): number {
  let marks = 0;
  if (bytes.some((byte) => isDigit(byte))) marks |= DIGIT;
  if (bytes.every((byte) => byte <= BLANK)) marks |= BLANK_ONLY;
  const start = bytes[0] === BLANK ? 1 : 0;
  // One letter is too little for a name, and "I" is needed to say anything in English.
  if (!isCapital(bytes, start) || bytes.length - start === 1) return marks;
  marks |= CAPITAL;
  if (bytes[start]! >= 0x80) return marks;
  const small = bytes.slice();
  small[start]! |= 0x20;
  const smallId = tokenizer.find(small);
  // Byte pairs are merged in the order of how frequent they are, and get their ids in that order.
  return smallId < 0 || smallId > id ? marks | NAME : marks;
}
