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
