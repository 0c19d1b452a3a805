/** How far an answer is from the text that it was made of. */
import type { Secrets } from './secrets.js';
import { isCapital, lower, numbersOf, type Stretch, same, unitsOf, wordsOf } from './words.js';

/** Whether each number of the text, and each word with a capital within a sentence (a name, likely), is in the answer. */
export function keepsNumbersAndNames(text: Uint8Array, answer: Uint8Array): boolean {
  const has = (stretches: Iterable<Stretch>, wanted: Uint8Array): boolean => {
    for (const { start, end } of stretches) if (same(answer.subarray(start, end), wanted)) return true;
    return false;
  };
  for (const { start, end } of numbersOf(text)) {
    if (!has(numbersOf(answer), text.subarray(start, end))) return false;
  }
  for (const { start, end } of wordsOf(text)) {
    const name = end - start > 1 && isCapital(text, start) && isWithinSentence(text, start);
    if (name && !has(wordsOf(answer), text.subarray(start, end))) return false;
  }
  return true;
}

/** The share of the text's words of four letters or more whose first four are in a word of the answer; 1 if it has none. */
export function sharedWords(text: Uint8Array, answer: Uint8Array): number {
  const beginnings = (of: Uint8Array): Uint8Array[] =>
    wordsIn(of)
      .filter((word) => word.length >= BEGINNING)
      .map((word) => word.subarray(0, BEGINNING));
  const [wanted, given] = [beginnings(text), beginnings(answer)];
  const shared = wanted.filter((word) => given.some((other) => same(word, other)));
  return wanted.length > 0 ? shared.length / wanted.length : 1;
}

/** Whether three words or more of the answer are those of the text, but for one in five: it says the same again. */
export function echoes(text: Uint8Array, answer: Uint8Array): boolean {
  const said = wordsIn(text);
  const words = wordsIn(answer);
  const shared = words.filter((word) => said.some((other) => same(word, other)));
  return words.length >= 3 && shared.length >= 0.8 * words.length;
}

/** Whether a longer word is in the text twice, or any word three times. */
export function stutters(text: Uint8Array): boolean {
  const words = wordsIn(text);
  return words.some((word) => {
    const times = words.filter((other) => same(word, other)).length;
    return times > 2 || (times > 1 && word.length >= BEGINNING);
  });
}

/** Whether five words in a row are in both texts, and not in the source. */
export function quotes(answer: Uint8Array, other: Uint8Array, source: Uint8Array): boolean {
  const [words, others, own] = [wordsIn(answer), wordsIn(other), wordsIn(source)];
  for (let at = 0; at + QUOTE <= words.length; at++) {
    const run = words.slice(at, at + QUOTE);
    if (contains(others, run) && !contains(own, run)) return true;
  }
  return false;
}

/** Whether the word is in the text. */
export const says = (text: Uint8Array, word: Uint8Array): boolean =>
  wordsIn(text).some((other) => same(word, other));

const QUOTE = 5;

const contains = (words: readonly Uint8Array[], run: readonly Uint8Array[]): boolean =>
  words.some((_, at) => run.every((word, i) => words[at + i] !== undefined && same(word, words[at + i]!)));

const wordsIn = (text: Uint8Array): Uint8Array[] =>
  [...wordsOf(text)].map(({ start, end }) => text.subarray(start, end));

/** Bytes that tell words apart, and leave their endings out. */
const BEGINNING = 4;

/** Whether a word stands behind a blank that no end of a sentence is before. */
function isWithinSentence(text: Uint8Array, start: number): boolean {
  const before = text[start - 2];
  return text[start - 1] === 0x20 && before !== undefined && isLetterOrComma(before);
}

const isLetterOrComma = (byte: number): boolean =>
  (byte >= 0x30 && byte <= 0x39) || (byte | 0x20) >= 0x61 || byte >= 0x80 || byte === 0x2c;

/**
 * What it takes to make the answer of the text, in words for each word of the text: a word more or less is 1, one for
 * another as much of 1 as their letters differ. Case and punctuation don't count.
 */
export function editRatio(text: Uint8Array, answer: Uint8Array, secrets: Secrets): number {
  const from = [...unitsOf(text)].map(({ start, end }) => text.subarray(start, end));
  const to = [...unitsOf(answer)].map(({ start, end }) => answer.subarray(start, end));
  return distance(from, to, secrets, (a, b) => wordDistance(a, b, secrets)) / Math.max(from.length, 1);
}

function wordDistance(one: Uint8Array, other: Uint8Array, secrets: Secrets): number {
  const letters = (word: Uint8Array) => word.subarray(0, 32);
  const [a, b] = [letters(one), letters(other)];
  const longest = Math.max(a.length, b.length);
  return distance(a, b, secrets, (x, y) => (lower(x) === lower(y) ? 0 : 1)) / longest;
}

interface Sequence<Item> {
  readonly length: number;
  readonly [index: number]: Item;
}

/** Levenshtein's distance, with a price from 0 to 1 for an exchange. */
function distance<Item>(
  from: Sequence<Item>,
  to: Sequence<Item>,
  secrets: Secrets,
  exchange: (a: Item, b: Item) => number,
): number {
  const row = secrets.float32(to.length + 1);
  for (let j = 0; j <= to.length; j++) row[j] = j;
  for (let i = 0; i < from.length; i++) {
    let diagonal = row[0]!;
    row[0] = i + 1;
    for (let j = 0; j < to.length; j++) {
      const exchanged = diagonal + exchange(from[i]!, to[j]!);
      diagonal = row[j + 1]!;
      row[j + 1] = Math.min(exchanged, row[j]! + 1, diagonal + 1);
    }
  }
  return row[to.length]!;
}
