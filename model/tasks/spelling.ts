/** Words that a misspelt word may have been meant to be: the model's own one-token words, one slip of the finger away. */
import type { Tokenizer } from '../tokenizer/index.js';
import type { Secrets } from './secrets.js';

const FIRST = 0x61;
const LAST = 0x7a;
const MIN_LENGTH = 4;
const MAX_LENGTH = 20;
/** Of the words found, the commonest ones: a vocabulary is in the order of frequency. */
const MAX_FOUND = 6;

/** Whether the tokenizer has `word`, with a blank before it, as one token: then it is no slip. */
export function isKnownWord(word: Uint8Array, tokenizer: Tokenizer, secrets: Secrets): boolean {
  const room = secrets.bytes(word.length + 1);
  room[0] = 0x20;
  for (let i = 0; i < word.length; i++) room[i + 1] = word[i]!;
  return tokenizer.find(room) >= 0;
}

/** Known words at one deletion, transposition, replacement or insertion from `word`, which is in small ASCII letters. */
export function nearWords(word: Uint8Array, tokenizer: Tokenizer, secrets: Secrets): Uint8Array[] {
  if (word.length < MIN_LENGTH || word.length > MAX_LENGTH) return [];
  const found: { readonly id: number; readonly word: Uint8Array }[] = [];
  const room = secrets.bytes(word.length + 2);
  room[0] = 0x20;
  const look = (length: number) => {
    const id = tokenizer.find(room.subarray(0, length + 1));
    if (id < 0 || found.some((other) => other.id === id)) return;
    const copy = secrets.bytes(length);
    copy.set(room.subarray(1, length + 1));
    found.push({ id, word: copy });
  };
  for (let at = 0; at <= word.length; at++) {
    variants(word, at, room.subarray(1), look);
  }
  return found
    .sort((a, b) => a.id - b.id)
    .slice(0, MAX_FOUND)
    .map((entry) => entry.word);
}

/** Writes each variant of `word` that differs from it at `at` into `room`, and has its length looked up. */
function variants(word: Uint8Array, at: number, room: Uint8Array, look: (length: number) => void): void {
  room.set(word.subarray(0, at));
  if (at < word.length) {
    room.set(word.subarray(at + 1), at);
    look(word.length - 1);
    room.set(word.subarray(at), at);
    for (let letter = FIRST; letter <= LAST; letter++) {
      room[at] = letter;
      look(word.length);
    }
    room[at] = word[at]!;
  }
  if (at + 1 < word.length) {
    room[at] = word[at + 1]!;
    room[at + 1] = word[at]!;
    look(word.length);
    room[at] = word[at]!;
  }
  room.set(word.subarray(at), at + 1);
  for (let letter = FIRST; letter <= LAST; letter++) {
    room[at] = letter;
    look(word.length + 1);
  }
}
