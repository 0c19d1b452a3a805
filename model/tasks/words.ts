/** Words, sentences and lines of a text, found in place: nothing here knows any language. */
import { characterAt, codePointOf, kindOf, LETTER, lengthOf, NUMBER, SPACE } from '../tokenizer/index.js';
import type { Secrets } from './secrets.js';

const LF = 0x0a;

/** A stretch of a text: from `start` up to, not including, `end`. */
export interface Stretch {
  readonly start: number;
  readonly end: number;
}

/** Runs of letters, in order. */
export function* wordsOf(text: Uint8Array): Generator<Stretch> {
  let start = -1;
  for (let at = 0; at < text.length; ) {
    const character = characterAt(text, at, text.length);
    const letter = kindOf(codePointOf(character)) === LETTER;
    if (letter && start < 0) start = at;
    if (!letter && start >= 0) {
      yield { start, end: at };
      start = -1;
    }
    at += lengthOf(character);
  }
  if (start >= 0) yield { start, end: text.length };
}

/** Numbers: ASCII digits, with single points, commas or colons between them, as in 19:30. */
export function* numbersOf(text: Uint8Array): Generator<Stretch> {
  for (let at = 0; at < text.length; at++) {
    if (!isDigit(text[at]!)) continue;
    const start = at;
    while (isDigit(text[at + 1]) || (isNumberSeparator(text[at + 1]) && isDigit(text[at + 2]))) at++;
    yield { start, end: at + 1 };
  }
}

/** What stands between blanks. */
export function* unitsOf(line: Uint8Array): Generator<Stretch> {
  let start = 0;
  for (let at = 0; at <= line.length; at++) {
    if (at < line.length && line[at] !== 0x20) continue;
    if (at > start) yield { start, end: at };
    start = at + 1;
  }
}

/** The sentences of a text on one line. What only looks like an end ("Dr. Who") may cut one in two. */
export function* sentencesOf(line: Uint8Array): Generator<Stretch> {
  let start = 0;
  for (const { end } of unitsOf(line)) {
    if (end < line.length && !endsSentence(line.subarray(start, end))) continue;
    yield { start, end };
    start = Math.min(end + 1, line.length);
  }
}

/** Whether a text on one line ends with the end of a sentence. */
export function endsSentence(text: Uint8Array): boolean {
  let end = text.length;
  while (end > 0 && isClosing(text[end - 1]!)) end--;
  const last = text[end - 1];
  if (last === 0x21 || last === 0x3f) return true;
  // "…" and "。", "！", "？"
  if (last === 0xa6 && text[end - 2] === 0x80) return true;
  if (last === 0x82 && text[end - 2] === 0x80 && text[end - 3] === 0xe3) return true;
  if ((last === 0x81 || last === 0x9f) && text[end - 2] === 0xbc && text[end - 3] === 0xef) return true;
  // After one or two letters or digits ("Dr.", "the 3.") it more often ends nothing.
  if (last !== 0x2e) return false;
  let from = end - 1;
  while (from > 0 && text[from - 1] !== 0x20) from--;
  return end - 1 - from > 2;
}

/** The lines of a text, without their ends. */
export function* linesOf(text: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at <= text.length; ) {
    let end = text.indexOf(LF, at);
    if (end < 0) end = text.length;
    yield text.subarray(at, end);
    at = end + 1;
  }
}

/** A copy of the text on one line: blanks and control characters between words become one space, none at the ends. */
export function oneLine(text: Uint8Array, secrets: Secrets): Uint8Array {
  const out = secrets.bytes(text.length);
  let written = 0;
  let gap = false;
  for (let at = 0; at < text.length; ) {
    const character = characterAt(text, at, text.length);
    const length = lengthOf(character);
    if (text[at]! < 0x20 || text[at] === 0x7f || kindOf(codePointOf(character)) === SPACE) {
      gap = written > 0;
    } else {
      if (gap) out[written++] = 0x20;
      gap = false;
      out.set(text.subarray(at, at + length), written);
      written += length;
    }
    at += length;
  }
  return out.subarray(0, written);
}

/** Whether a letter or a number is in the text. */
export function saysSomething(text: Uint8Array): boolean {
  for (let at = 0; at < text.length; ) {
    const character = characterAt(text, at, text.length);
    const kind = kindOf(codePointOf(character));
    if (kind === LETTER || kind === NUMBER) return true;
    at += lengthOf(character);
  }
  return false;
}

/** Whether a capital stands at `at`: of ASCII, Latin-1, Greek or Cyrillic; elsewhere capitals are rare or unknown. */
export function isCapital(text: Uint8Array, at: number): boolean {
  const byte = text[at];
  if (byte === undefined) return false;
  if (byte < 0x80) return byte >= 0x41 && byte <= 0x5a;
  const point = codePointOf(characterAt(text, at, text.length));
  return (
    (point >= 0xc0 && point <= 0xde && point !== 0xd7) ||
    (point >= 0x391 && point <= 0x3ab) ||
    (point >= 0x400 && point <= 0x42f)
  );
}

export const isDigit = (byte: number | undefined): boolean =>
  byte !== undefined && byte >= 0x30 && byte <= 0x39;

/** Whether the byte may stand between the digits of a number. */
export const isNumberSeparator = (byte: number | undefined): boolean =>
  byte === 0x2e || byte === 0x2c || byte === 0x3a;

/** The lower case of an ASCII letter; any other byte as it is. */
export const lower = (byte: number): number => (byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte);

/** Whether two texts are the same but for the case of ASCII letters. */
export function same(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, i) => lower(byte) === lower(other[i]!));
}

/** The bytes of a constant of ours. */
export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

const isClosing = (byte: number): boolean =>
  byte === 0x22 || byte === 0x27 || byte === 0x29 || byte === 0x5d || byte === 0x2a;
