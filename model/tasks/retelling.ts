/**
 * How a sentence of a chat is told to somebody else: who says it, then the words of the message with the persons changed.
 * Where English leaves a choice ("Ruth bring wine", "Ruth brings wine"), the lattice has both and the model chooses.
 */
import { afterName, common, imperatives, selfOpeners, thirdPerson, unchanged } from './english.js';
import type { Lattice } from './lattice.js';
import { isEnglish, type Point } from './points.js';
import type { Secrets } from './secrets.js';
import { wordSet } from './word-table.js';
import { isCapital, utf8, type Word, wordsOf } from './words.js';

const I = wordSet('i');
const PLEASE = wordSet('please pls');
const BLANK = utf8(' ');
const S = utf8('s');
const MAX_WORDS = 32;
/** In nats: a capital is taken for a name's unless the model is rather sure. */
const CAPITAL_BIAS = 2;

const asks = utf8(' asks:');
const says = utf8(' says');
const saysTo = utf8(' says to');
const colon = utf8(':');
const stop = utf8('.');
const ellipsis = utf8(' …');

/** Adds the slots that tell `point` to the lattice. */
export function retell(lattice: Lattice, point: Point, secrets: Secrets): void {
  const { line, start, end } = point;
  const text = line.text;
  lattice.slot().option(line.sender);
  const words = [...wordsOf(text, start, end)].filter(({ from, to }) => from < to);
  if (point.question || !isEnglish(text, start, end)) {
    lattice.slot().option(point.question ? asks : colon);
    quote(lattice, text, words, point.question, secrets);
    return;
  }
  const rest = opener(lattice, text, words, secrets);
  for (const [i, word] of rest.entries()) {
    if (i === MAX_WORDS) {
      lattice.slot().option(ellipsis);
      return;
    }
    told(lattice, text, word, i === rest.length - 1, rest.length === words.length && i === 0, secrets);
  }
  lattice.slot().option(stop);
}

/** The verb behind the name. Returns the words that are still to be told. */
function opener(
  lattice: Lattice,
  text: Uint8Array,
  words: readonly Word[],
  secrets: Secrets,
): readonly Word[] {
  const [first, second] = words;
  if (!first) return words;
  lattice.slot();
  const self = selfOpeners.get(text, first.from, first.to);
  if (self && endsAtCore(first)) {
    lattice.option(spaced(self, secrets));
    return words.slice(1);
  }
  if (second && I.has(text, first.start, first.end)) {
    const verb = afterName.get(text, second.from, second.to);
    const own = text.subarray(second.start, second.end);
    if (verb && endsAtCore(second)) lattice.option(spaced(verb, secrets));
    else {
      lattice.option(spaced(own, secrets));
      const fixed = unchanged.has(text, second.from, second.to) || !endsAtCore(second);
      if (!fixed) lattice.option(joined(BLANK, own, S, undefined, secrets));
    }
    return words.slice(2);
  }
  if (imperatives.has(text, first.from, first.to) || PLEASE.has(text, first.from, first.to)) {
    lattice.option(saysTo);
    return PLEASE.has(text, first.from, first.to) ? words.slice(1) : words;
  }
  lattice.option(says);
  return words;
}

/** One word as another tells it; `last` loses what ends a sentence. */
function told(
  lattice: Lattice,
  text: Uint8Array,
  word: Word,
  last: boolean,
  first: boolean,
  secrets: Secrets,
): void {
  lattice.slot();
  const other = thirdPerson.get(text, word.from, word.to);
  const end = last ? withoutEnd(text, word) : word.end;
  if (other) {
    lattice.option(
      joined(BLANK, text.subarray(word.start, word.from), other, text.subarray(word.to, end), secrets),
    );
    return;
  }
  const bytes = joined(BLANK, text.subarray(word.start, end), undefined, undefined, secrets);
  if (last && PLEASE.has(text, word.from, word.to)) lattice.option(bytes.subarray(0, 0));
  if (first && isCapital(text, word.from, word.to) && text[word.from]! < 0x80) {
    const at = 1 + word.from - word.start;
    if (!common.has(text, word.from, word.to) && !imperatives.has(text, word.from, word.to))
      lattice.option(bytes, CAPITAL_BIAS);
    const small = joined(bytes, undefined, undefined, undefined, secrets);
    small[at] = small[at]! | 0x20;
    lattice.option(small);
    return;
  }
  lattice.option(bytes);
}

/** The words as they are. */
function quote(
  lattice: Lattice,
  text: Uint8Array,
  words: readonly Word[],
  question: boolean,
  secrets: Secrets,
): void {
  for (const [i, word] of words.slice(0, MAX_WORDS).entries()) {
    const end = i === words.length - 1 ? withoutEnd(text, word) : word.end;
    lattice.slot().option(joined(BLANK, text.subarray(word.start, end), undefined, undefined, secrets));
  }
  if (words.length > MAX_WORDS) lattice.slot().option(ellipsis);
  else lattice.slot().option(question ? utf8('?') : stop);
}

const endsAtCore = (word: Word): boolean => word.end === word.to;

/** The end of a word without the marks that end a sentence, and without what follows them. */
function withoutEnd(text: Uint8Array, word: Word): number {
  const closing = text[word.to] === 0x29 || text[word.to] === 0x25 || (text[word.to] ?? 0) >= 0x80;
  return closing ? word.end : word.to;
}

const spaced = (word: Uint8Array, secrets: Secrets): Uint8Array =>
  joined(BLANK, word, undefined, undefined, secrets);

function joined(
  a: Uint8Array,
  b: Uint8Array | undefined,
  c: Uint8Array | undefined,
  d: Uint8Array | undefined,
  secrets: Secrets,
): Uint8Array {
  const parts = [a, b, c, d].filter((part) => part !== undefined);
  const bytes = secrets.bytes(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
