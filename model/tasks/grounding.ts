/**
 * Keeps an answer to what the user's text says: a number that is not in the text can't be written, and a word with a
 * capital that is not in it, likely a name, is made unlikely. Of one answer; it works on logits, for any model.
 */
import type { Secrets } from './secrets.js';
import { LONGER_WORD, type Source } from './source.js';
import { CAPITAL, NAME } from './vocabulary-marks.js';
import { isDigit, isNumberSeparator } from './words.js';

/** What a name that the text doesn't have is handicapped by: e^8 times less likely. */
const NAME_PENALTY = 8;

export class Grounding {
  readonly #source: Source;
  readonly #leaning: number;
  /** 1 for each token of the answer. */
  readonly #said: Uint8Array;
  /** The number that the answer ends in, maybe with a separator behind it. */
  readonly #number: Uint8Array;
  #numberLength = 0;
  /** A number as it would be, with a token that is only being considered. */
  readonly #trial: Uint8Array;
  /** The word of the text that the answer is about to say. */
  readonly #word: Uint8Array;
  #wordLength = 0;
  /** Whether a sentence begins here. */
  #atStart = true;
  /** Whether what comes next, without a blank, continues a word. */
  #inWord = false;

  /** `leaning` is what the text's longer words gain. */
  constructor(source: Source, secrets: Secrets, leaning = 0) {
    this.#source = source;
    this.#leaning = leaning;
    const room = source.longestNumber + 2;
    this.#number = secrets.bytes(room);
    this.#trial = secrets.bytes(room);
    this.#word = secrets.bytes(256);
    this.#said = secrets.bytes(source.beginnings.length);
  }

  /** Whether the answer ends in a number that goes on with a colon in the text. */
  get mayHaveColon(): boolean {
    if (this.#numberLength === 0 || this.#numberLength === this.#trial.length) return false;
    this.#trial.set(this.#number.subarray(0, this.#numberLength));
    this.#trial[this.#numberLength] = 0x3a;
    return this.#source.hasNumberLike(this.#trial.subarray(0, this.#numberLength + 1));
  }

  /** To be called with the logits of each next token, before it is chosen. */
  adjust(logits: Float32Array): void {
    this.#adjustNumbers(logits);
    if (this.#wordLength > 0) this.#adjustInsideName(logits);
    this.#adjustNames(logits);
    if (this.#leaning > 0) this.#favourWords(logits);
  }

  /** To be called with each token that was chosen. */
  see(token: number): void {
    const bytes = this.#source.marks.tokenizer.decodeToken(token);
    this.#said[token] = 1;
    const length = this.#numberAfter(bytes);
    this.#number.set(this.#trial.subarray(0, Math.max(length, 0)));
    this.#numberLength = Math.max(length, 0);
    this.#seeWord(token, bytes);
    for (const byte of bytes) {
      this.#inWord = isLetterByte(byte);
      if (byte === 0x2e || byte === 0x21 || byte === 0x3f || byte === 0x0a) this.#atStart = true;
      else if (this.#inWord || isDigit(byte)) this.#atStart = false;
    }
  }

  #adjustNumbers(logits: Float32Array): void {
    const { marks, firstBytes, digits } = this.#source.marks;
    const number = this.#number.subarray(0, this.#numberLength);
    const unfinished = this.#numberLength > 0 && !this.#mayEnd(number);
    if (!unfinished) {
      for (const id of digits) if (!this.#fits(id)) logits[id] = Number.NEGATIVE_INFINITY;
      return;
    }
    // The number has to go on: whatever ends it is out of the question, the end of the answer too.
    for (let id = 0; id < logits.length; id++) {
      const first = id < marks.length ? firstBytes[id] : 0;
      const goesOn = (isDigit(first) || isNumberSeparator(first)) && this.#fits(id);
      if (!goesOn) logits[id] = Number.NEGATIVE_INFINITY;
    }
  }

  #fits(id: number): boolean {
    return this.#numberAfter(this.#source.marks.tokenizer.decodeToken(id)) >= 0;
  }

  #mayEnd(number: Uint8Array): boolean {
    if (!isNumberSeparator(number.at(-1))) return this.#source.hasNumber(number);
    return this.#source.hasNumber(number.subarray(0, -1));
  }

  /** Writes to #trial the number that the answer would end in after `bytes`. Returns its length, -1 if it can't be. */
  #numberAfter(bytes: Uint8Array): number {
    const trial = this.#trial;
    trial.set(this.#number);
    let length = this.#numberLength;
    for (const byte of bytes) {
      const separator = isNumberSeparator(byte) && length > 0 && isDigit(trial[length - 1]);
      if (isDigit(byte) || separator) {
        if (length === trial.length) return -1;
        trial[length++] = byte;
        const written = trial.subarray(0, length);
        if (this.#source.hasNumberLike(written) || (separator && this.#mayEnd(written))) continue;
        return -1;
      }
      if (length > 0 && !this.#mayEnd(trial.subarray(0, length))) return -1;
      length = 0;
    }
    return length;
  }

  /** Handicaps words with a capital that do not begin as a word of the text does. */
  #adjustNames(logits: Float32Array): void {
    const { marks, firstBytes } = this.#source.marks;
    const { beginnings } = this.#source;
    // Many words have a capital where a sentence begins: there, only what looks like a name counts.
    const suspicious = this.#atStart ? NAME : CAPITAL;
    for (let id = 0; id < marks.length; id++) {
      if ((marks[id]! & suspicious) === 0 || beginnings[id] !== 0) continue;
      if (this.#inWord && firstBytes[id] !== 0x20) continue;
      logits[id]! -= NAME_PENALTY;
    }
  }

  /** Favours longer words of the text that the answer hasn't said yet. */
  #favourWords(logits: Float32Array): void {
    const { beginnings } = this.#source;
    for (let id = 0; id < beginnings.length; id++) {
      const left = (beginnings[id]! & LONGER_WORD) !== 0 && this.#said[id] === 0;
      if (left) logits[id]! += this.#leaning;
    }
  }

  /** Handicaps what would make another word of one that has begun as a word of the text does. */
  #adjustInsideName(logits: Float32Array): void {
    const { tokenizer, firstBytes } = this.#source.marks;
    const remainders = [...this.#source.remainders(this.#word.subarray(0, this.#wordLength))];
    if (remainders.length === 0) return;
    const mayEnd = remainders.some(({ length }) => length === 0);
    for (let id = 0; id < firstBytes.length; id++) {
      const first = firstBytes[id]!;
      const fits = isLetterByte(first)
        ? remainders.some((left) => left[0] === first && goesOnAs(left, tokenizer.decodeToken(id)))
        : mayEnd;
      if (!fits) logits[id]! -= NAME_PENALTY;
    }
  }

  #seeWord(token: number, bytes: Uint8Array): void {
    const { marks } = this.#source.marks;
    const begins = (marks[token]! & (this.#atStart ? NAME : CAPITAL)) !== 0;
    const starts = begins && (bytes[0] === 0x20 || !this.#inWord);
    if (starts) this.#wordLength = 0;
    else if (this.#wordLength === 0) return;
    const letters = bytes[0] === 0x20 ? bytes.subarray(1) : bytes;
    const fits = letters.every(isLetterByte) && this.#wordLength + letters.length <= this.#word.length;
    if (!fits || (!starts && bytes[0] === 0x20)) {
      this.#wordLength = 0;
      return;
    }
    this.#word.set(letters, this.#wordLength);
    this.#wordLength += letters.length;
  }
}

/** Whether a token's letters are the beginning of what is left of a word, or all of it with something behind it. */
function goesOnAs(left: Uint8Array, token: Uint8Array): boolean {
  for (let i = 0; i < token.length; i++) {
    if (i === left.length) return !isLetterByte(token[i]!);
    if (token[i] !== left[i]) return false;
  }
  return true;
}

/** Letters of ASCII, and all but punctuation and signs of what isn't ASCII. */
const isLetterByte = (byte: number): boolean =>
  (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a) || (byte >= 0x80 && byte !== 0xe2);
