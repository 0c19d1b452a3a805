/** Which sentences of a chat are worth telling: those with times, numbers, names, plans and changes in them. */
import { LETTER, NUMBER } from '../tokenizer/index.js';
import { common, fillers, negations, questionWords, timeWords, weightyWords } from './english.js';
import type { Line } from './window.js';
import { hasDigit, isCapital, kindAt, sentencesOf, type Word, wordsOf } from './words.js';

/** A sentence of a message: `text[start, end)` of its line, without the words at its beginning that say nothing. */
export interface Point {
  readonly line: Line;
  readonly start: number;
  readonly end: number;
  readonly question: boolean;
  /** The question that this sentence answers, if it can't be understood without. */
  readonly answerTo: Point | undefined;
  readonly weight: number;
}

/** All sentences of the lines, in order, each with its weight. */
export function pointsOf(lines: readonly Line[]): Point[] {
  const points: Point[] = [];
  for (const [i, line] of lines.entries()) {
    for (const sentence of sentencesOf(line.text)) {
      const start = afterFillers(line.text, sentence.start, sentence.end);
      if (start === sentence.end) continue;
      const before = points.at(-1);
      const question = isQuestion(line.text, start, sentence.end);
      const answers = before?.question && before.line !== line && !same(before.line.sender, line.sender);
      const bare = answers && !question && needsQuestion(line.text, start, sentence.end);
      const weight =
        weigh(line.text, start, sentence.end) + (answers && !question ? 1 : 0) + (0.5 * i) / lines.length;
      points.push({ line, start, end: sentence.end, question, answerTo: bare ? before : undefined, weight });
    }
  }
  return points.map((point, i) => (point.question ? { ...point, weight: questionWeight(points, i) } : point));
}

/** The `count` weightiest points in the order of the chat; fewer if the others say nothing. */
export function weightiest(points: readonly Point[], count: number): Point[] {
  const worthy = points.filter((point) => point.weight >= 1.5);
  const from = worthy.length > 0 ? worthy : points;
  const limit = worthy.length > 0 ? count : 1;
  const ranked = [...from].sort((a, b) => b.weight - a.weight);
  const chosen: Point[] = [];
  for (const point of ranked) {
    if (chosen.length === limit) break;
    if (!chosen.some((other) => other.answerTo === point || alike(other, point))) chosen.push(point);
  }
  return chosen
    .filter((point) => !chosen.some((other) => other.answerTo === point))
    .sort((a, b) => points.indexOf(a) - points.indexOf(b));
}

/** Whether a text is English, as far as its commonest words tell. */
export function isEnglish(text: Uint8Array, start: number, end: number): boolean {
  let words = 0;
  let known = 0;
  for (const word of wordsOf(text, start, end)) {
    if (word.from === word.to || hasDigit(text, word.from, word.to)) continue;
    words++;
    if (common.has(text, word.from, word.to) || timeWords.has(text, word.from, word.to)) known++;
  }
  return words > 0 && known * 5 >= words;
}

/** Where the first word stands that is no filler. */
function afterFillers(text: Uint8Array, start: number, end: number): number {
  for (const word of wordsOf(text, start, end)) {
    const empty = word.from === word.to;
    if (!empty && !fillers.has(text, word.from, word.to)) return word.start;
  }
  return end;
}

function isQuestion(text: Uint8Array, start: number, end: number): boolean {
  if (text.subarray(start, end).includes(0x3f)) return true;
  const [first, second] = wordsOf(text, start, end);
  return (
    first !== undefined &&
    second !== undefined &&
    questionWords.has(text, first.from, first.to) &&
    !endsWithStop(text, end)
  );
}

const endsWithStop = (text: Uint8Array, end: number): boolean =>
  text[end - 1] === 0x2e || text[end - 1] === 0x21;

/** A question is worth telling while nobody has answered it. */
function questionWeight(points: readonly Point[], at: number): number {
  const point = points[at]!;
  const answered = points
    .slice(at + 1)
    .some((later) => later.line !== point.line && !same(later.line.sender, point.line.sender));
  return answered ? Math.min(point.weight / 3, 1.4) : point.weight + 1.5;
}

/** An answer of up to three words, or one that begins as only answers do. */
function needsQuestion(text: Uint8Array, start: number, end: number): boolean {
  const words = [...wordsOf(text, start, end)].filter(({ from, to }) => from < to);
  const first = words[0];
  return (
    words.length <= 3 ||
    (first !== undefined && negations.has(text, first.from, first.to)) ||
    text[start]! < 0x3a
  );
}

function weigh(text: Uint8Array, start: number, end: number): number {
  let weight = 0;
  let words = 0;
  for (const word of wordsOf(text, start, end)) {
    if (word.from === word.to) continue;
    words++;
    weight += weightOf(text, word, words === 1);
  }
  if (words <= 1) weight -= 1;
  // A long sentence is not weightier for its length alone.
  return words > 12 ? (weight * 12) / words : weight;
}

function weightOf(text: Uint8Array, word: Word, first: boolean): number {
  const { from, to } = word;
  if (hasDigit(text, from, to)) return 2;
  if (timeWords.has(text, from, to)) return 1.5;
  if (weightyWords.has(text, from, to)) return 1;
  if (!first && isCapital(text, from, to) && !common.has(text, from, to)) return 1;
  const kind = kindAt(text, from, to);
  return to - from > 3 && (kind === LETTER || kind === NUMBER) && !common.has(text, from, to) ? 0.3 : 0;
}

/** Whether two points are the same text, as when a message is sent twice. */
function alike(a: Point, b: Point): boolean {
  return same(a.line.text.subarray(a.start, a.end), b.line.text.subarray(b.start, b.end));
}

export function same(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
