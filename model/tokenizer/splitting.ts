/**
 * How text is cut into pieces before byte pairs are merged: the published regular expressions, matched by hand over
 * UTF-8 bytes. Each function answers where the piece that begins at `at` ends; pieces cover the text without gaps.
 */
import { kindOf, LETTER, NUMBER, OTHER, SPACE } from './unicode.js';
import { characterAt, codePointOf, lengthOf } from './utf8.js';

export type SplittingName = 'gpt2' | 'smollm' | 'llama3' | 'qwen2';

/** The end of the piece that begins at `at`, below `end`. */
export type Splitting = (text: Uint8Array, at: number, end: number) => number;

const TAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;
const BLANK = 0x20;
const APOSTROPHE = 0x27;

/** What a matcher meets where the text ends. */
const NOTHING = -1;

/**
 * GPT-2: `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`. With `digitsApart`, a text is
 * first cut at each ASCII digit, and the expression sees only what lies between two of them.
 */
function gpt2Piece(text: Uint8Array, at: number, end: number, digitsApart: boolean): number {
  if (digitsApart && isDigit(text[at]!)) return at + 1;
  if (text[at] === APOSTROPHE) {
    const length = contraction(text, at, end, false);
    if (length > 0) return at + length;
  }
  const from = text[at] === BLANK ? at + 1 : at;
  const kind = kindAt(text, from, end, digitsApart);
  if (kind !== NOTHING && kind !== SPACE) return runEnd(text, from, end, kind, digitsApart);
  return blanks(text, at, end, digitsApart);
}

/**
 * Llama 3 and Qwen 2: `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,n}| ?[^\s\p{L}\p{N}]+[\r\n]*|
 * \s*[\r\n]+|\s+(?!\S)|\s+`, where n is `maxDigits`.
 */
function wordPiece(text: Uint8Array, at: number, end: number, maxDigits: number): number {
  const first = text[at]!;
  if (first === APOSTROPHE) {
    const length = contraction(text, at, end, true);
    if (length > 0) return at + length;
  }
  const kind = kindAt(text, at, end, false);
  if (kind === LETTER) return runEnd(text, at, end, LETTER, false);
  if (kind === NUMBER) return numberEnd(text, at, end, maxDigits);
  const next = at + lengthOf(characterAt(text, at, end));
  if (first !== CR && first !== LF && kindAt(text, next, end, false) === LETTER) {
    return runEnd(text, next, end, LETTER, false);
  }
  const from = first === BLANK ? next : at;
  if (kindAt(text, from, end, false) === OTHER) {
    return lineEndsEnd(text, runEnd(text, from, end, OTHER, false), end);
  }
  const line = lastLineEnd(text, at, end);
  return line > at ? line : blanks(text, at, end, false);
}

/** Bytes of the contraction at `at`, whose first byte is an apostrophe; 0 if there is none. */
function contraction(text: Uint8Array, at: number, end: number, anyCase: boolean): 0 | 2 | 3 {
  const fold = anyCase ? 0x20 : 0;
  const first = at + 1 < end ? text[at + 1]! | fold : 0;
  if (first === 0x73 || first === 0x74 || first === 0x6d || first === 0x64) return 2; // s t m d
  const second = at + 2 < end ? text[at + 2]! | fold : 0;
  if ((first === 0x72 || first === 0x76) && second === 0x65) return 3; // re ve
  return first === 0x6c && second === 0x6c ? 3 : 0; // ll
}

/** `\s+(?!\S)|\s+`: blanks but the last one, which goes with the word that follows; all of them at the end. */
function blanks(text: Uint8Array, at: number, end: number, digitsApart: boolean): number {
  let last = at;
  let next = at;
  while (kindAt(text, next, end, digitsApart) === SPACE) {
    last = next;
    next += lengthOf(characterAt(text, next, end));
  }
  const ended = kindAt(text, next, end, digitsApart) === NOTHING;
  return ended || last === at ? next : last;
}

function runEnd(text: Uint8Array, at: number, end: number, kind: number, digitsApart: boolean): number {
  let next = at;
  while (kindAt(text, next, end, digitsApart) === kind) next += lengthOf(characterAt(text, next, end));
  return next;
}

function numberEnd(text: Uint8Array, at: number, end: number, maxDigits: number): number {
  let next = at;
  for (let count = 0; count < maxDigits && kindAt(text, next, end, false) === NUMBER; count++) {
    next += lengthOf(characterAt(text, next, end));
  }
  return next;
}

/** `[\r\n]*` */
function lineEndsEnd(text: Uint8Array, at: number, end: number): number {
  let next = at;
  while (next < end && (text[next] === CR || text[next] === LF)) next++;
  return next;
}

/** `\s*[\r\n]+`: after the last line end in a run of blanks; `at` if it holds none. */
function lastLineEnd(text: Uint8Array, at: number, end: number): number {
  let found = at;
  let next = at;
  while (kindAt(text, next, end, false) === SPACE) {
    const byte = text[next]!;
    next += lengthOf(characterAt(text, next, end));
    if (byte === CR || byte === LF) found = next;
  }
  return found;
}

function kindAt(text: Uint8Array, at: number, end: number, digitsApart: boolean): number {
  if (at >= end) return NOTHING;
  const byte = text[at]!;
  if (byte < 0x80) return digitsApart && isDigit(byte) ? NOTHING : asciiKind(byte);
  return kindOf(codePointOf(characterAt(text, at, end)));
}

function asciiKind(byte: number): number {
  if ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a) return LETTER;
  if (byte === BLANK || (byte >= TAB && byte <= CR)) return SPACE;
  return isDigit(byte) ? NUMBER : OTHER;
}

const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39;

export const splittings: Readonly<Record<SplittingName, Splitting>> = {
  gpt2: (text, at, end) => gpt2Piece(text, at, end, false),
  // As Transformers.js does it, only ASCII digits stand alone; the Rust library sets every \p{N} apart.
  smollm: (text, at, end) => gpt2Piece(text, at, end, true),
  llama3: (text, at, end) => wordPiece(text, at, end, 3),
  qwen2: (text, at, end) => wordPiece(text, at, end, 1),
};
