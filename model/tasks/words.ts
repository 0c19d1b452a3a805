/** Words in a text, found in place: a word is what stands between blanks, its core what is left without punctuation. */
import { characterAt, codePointOf, kindOf, LETTER, lengthOf, NUMBER, SPACE } from '../tokenizer/index.js';
import type { Secrets } from './secrets.js';
import { wordSet } from './word-table.js';

/** Places in a text: `start` to `end` with punctuation, `from` to `to` without; an empty core has from = to. */
export interface Word {
  readonly start: number;
  readonly end: number;
  readonly from: number;
  readonly to: number;
}

/** The words of `text[start, end)`, in order. */
export function* wordsOf(text: Uint8Array, start = 0, end = text.length): Generator<Word> {
  let at = start;
  while (at < end) {
    const blank = kindAt(text, at, end) === SPACE;
    const wordStart = at;
    let from = -1;
    let to = at;
    while (at < end && (kindAt(text, at, end) === SPACE) === blank) {
      const kind = kindAt(text, at, end);
      const next = at + lengthOf(characterAt(text, at, end));
      if (kind === LETTER || kind === NUMBER) {
        if (from < 0) from = at;
        to = next;
      }
      at = next;
    }
    if (!blank) yield { start: wordStart, end: at, from: from < 0 ? at : from, to: from < 0 ? at : to };
  }
}

export const kindAt = (text: Uint8Array, at: number, end: number): number =>
  kindOf(codePointOf(characterAt(text, at, end)));

/** Whether `text[start, end)` holds an ASCII digit. */
export function hasDigit(text: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (text[i]! >= 0x30 && text[i]! <= 0x39) return true;
  return false;
}

/** Whether an ASCII capital stands at `at`, or the letter is one of another script's or accented capitals. */
export function isCapital(text: Uint8Array, at: number, end: number): boolean {
  if (at >= end) return false;
  const byte = text[at]!;
  if (byte < 0x80) return byte >= 0x41 && byte <= 0x5a;
  const point = codePointOf(characterAt(text, at, end));
  // Capitals of Latin-1 (À to Þ), Greek and Cyrillic; in other scripts capitals are rare or unknown.
  return (
    (point >= 0xc0 && point <= 0xde && point !== 0xd7) ||
    (point >= 0x391 && point <= 0x3ab) ||
    (point >= 0x400 && point <= 0x42f)
  );
}

/** A copy of the text on one line: blanks and control characters between words become one space, none at the ends. */
export function oneLine(text: Uint8Array, secrets: Secrets): Uint8Array {
  const out = secrets.bytes(text.length);
  let written = 0;
  let gap = false;
  for (let at = 0; at < text.length; ) {
    const length = lengthOf(characterAt(text, at, text.length));
    if (text[at]! < 0x20 || text[at] === 0x7f || kindAt(text, at, text.length) === SPACE) {
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

const titles = wordSet('mrs prof sra frau herr mme etc vs approx');

/** Where the sentences of a text on one line end: after `.`, `!`, `?` or `…` with a blank behind it, and at the end. */
export function* sentencesOf(line: Uint8Array): Generator<{ readonly start: number; readonly end: number }> {
  let start = 0;
  for (const word of wordsOf(line)) {
    if (!endsSentence(line, word) && word.end < line.length) continue;
    yield { start, end: word.end };
    start = Math.min(word.end + 1, line.length);
  }
}

function endsSentence(line: Uint8Array, word: Word): boolean {
  const last = line[word.end - 1]!;
  if (last === 0x21 || last === 0x3f) return true;
  if (word.end - word.start >= 3 && last === 0xa6 && line[word.end - 2] === 0x80) return true;
  // A full stop after one or two letters ("Dr.", "a.m.", "J.") or a number ("the 3.") more often than not ends nothing.
  if (last !== 0x2e || word.to - word.from <= 2 || hasDigit(line, word.from, word.to)) return false;
  return !titles.has(line, word.from, word.to);
}

/** The bytes of a constant of ours. */
export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
