/**
 * Rewriting in another tone. The message keeps its words but for those that belong to the wrong tone; what is said before
 * and behind it comes from a stock, of which the model chooses what suits. So a rewrite never says anything else.
 */

import { LETTER, NUMBER } from '../tokenizer/index.js';
import { type Choice, choose, type Stock, stockOf } from './choice.js';
import { correct, endMark, replaced } from './correction.js';
import { imperatives } from './english.js';
import type { Job } from './job.js';
import { languageOf } from './language.js';
import { type Manner, manners } from './manners.js';
import { type Example, Prompt } from './prompt.js';
import { linesOf } from './proofread.js';
import type { RewriteRequest } from './request.js';
import { situationOf } from './situation.js';
import type { Prefix, Voice } from './voice.js';
import { lower, wordSet } from './word-table.js';
import { kindAt, oneLine, sentencesOf, utf8, wordsOf } from './words.js';

export const rewriteInstruction = 'Say what fits before or after the message.';

export const rewriteExamples: readonly Example[] = [
  { given: "I can't come on Friday.", answer: 'I hope to see you soon!' },
  { given: 'The exam is at 9.', answer: "You've got this!" },
  { given: 'Please send me the photos.', answer: 'Thank you in advance!' },
  { given: "I didn't get the job.", answer: "It's not the end of the world." },
  { given: "I'm late, start without me.", answer: 'Running on snail time today!' },
];

/** What each tone can say around a message, weighed. */
export type Frames = ReadonlyMap<readonly string[], Stock>;

export async function prepareFrames(prefix: Prefix, voice: Voice): Promise<Frames> {
  const prompt = new Prompt(voice.tokenizer, voice.arena, 64);
  await voice.read(prefix, prompt.open('user').text(utf8('Hello.')).close().open('assistant').tokens);
  const frames = new Map<readonly string[], Stock>();
  for (const { before, behind } of Object.values(manners)) {
    for (const texts of [...Object.values(before), ...Object.values(behind)])
      frames.set(texts, await stockOf(texts, voice));
  }
  return frames;
}

const canWords = wordSet('can could would will');
const YOU = wordSet('you');
const PLEASE = wordSet('please');

/** Longer messages get no frame: what fits a line or two is out of place around a letter. */
const MAX_FRAMED_BYTES = 600;

export async function rewrite(request: RewriteRequest, job: Job, frames: Frames): Promise<void> {
  const whole = oneLine(request.text, job.arena);
  if (languageOf(whole) !== 'english') {
    // Nothing is known of this language's tones: the message is better left alone.
    job.fellBack();
    for (const line of linesOf(request.text)) {
      job.cleaner.text(line);
      job.cleaner.endLine();
    }
    return;
  }
  const manner = manners[request.tone];
  const framed = whole.length <= MAX_FRAMED_BYTES ? await frameFor(whole, manner, frames, job) : {};
  if (framed.before) job.cleaner.text(framed.before.text);
  let first = true;
  for (const line of linesOf(request.text)) {
    if (!first) job.cleaner.endLine();
    const text = oneLine(line, job.arena);
    for (const { start, end } of sentencesOf(text)) {
      if (!first || framed.before) job.cleaner.text(utf8(' '));
      first = false;
      await saySentence(text.subarray(start, end), manner, job);
    }
  }
  if (framed.behind) {
    job.cleaner.text(utf8(' '));
    job.cleaner.text(framed.behind.text);
  }
  job.cleaner.endLine();
}

async function frameFor(message: Uint8Array, manner: Manner, frames: Frames, job: Job): Promise<Frame> {
  const situation = situationOf(message);
  const before = frames.get(manner.before[situation] ?? manner.before.other) ?? [];
  const behind = frames.get(manner.behind[situation] ?? manner.behind.other) ?? [];
  if (before.length + behind.length === 0) return {};
  const prompt = new Prompt(job.voice.tokenizer, job.arena, message.length + 64);
  await job.voice.read(
    job.prefixes.rewrite,
    prompt.open('user').text(message).close().open('assistant').tokens,
  );
  return {
    ...(before.length > 0 && { before: await choose(job.voice, before, [], job.seed) }),
    ...(behind.length > 0 && { behind: await choose(job.voice, behind, [], job.seed) }),
  };
}

interface Frame {
  readonly before?: Choice;
  readonly behind?: Choice;
}

/** One sentence in the given manner. */
async function saySentence(sentence: Uint8Array, manner: Manner, job: Job): Promise<void> {
  const corrected = await correct(withoutDropped(sentence, manner, job), job, false);
  const worded = await correct(reworded(corrected, manner, job), job, false);
  const asked = manner.request ? orderIn(worded) : undefined;
  if (!asked) {
    job.cleaner.text(worded);
    job.cleaner.text(endMark(worded));
    return;
  }
  job.cleaner.text(manner.request!);
  job.cleaner.text(utf8(' '));
  const rest = job.arena.bytes(asked.length);
  rest.set(asked);
  rest[0] = lower(rest[0]!);
  job.cleaner.text(rest.subarray(0, endOfLetters(rest)));
  job.cleaner.text(utf8('?'));
}

/** What somebody is to do: the sentence from its verb on, if it is an order or begins with "can you". */
function orderIn(sentence: Uint8Array): Uint8Array | undefined {
  const [first, second, third] = wordsOf(sentence);
  if (!first) return undefined;
  if (imperatives.has(sentence, first.from, first.to)) return sentence.subarray(first.from);
  const asks =
    second &&
    third &&
    canWords.has(sentence, first.from, first.to) &&
    YOU.has(sentence, second.start, second.end);
  if (!asks) return undefined;
  const verb = PLEASE.has(sentence, third.from, third.to) ? third.end + 1 : third.start;
  return verb < sentence.length ? sentence.subarray(verb) : undefined;
}

/** The sentence without the words that the manner leaves out, and without emoji if it has none. */
function withoutDropped(sentence: Uint8Array, manner: Manner, job: Job): Uint8Array {
  const out = job.arena.bytes(sentence.length);
  let length = 0;
  for (const word of wordsOf(sentence)) {
    const bare = word.from === word.to;
    if (bare ? manner.plain : manner.dropped.has(sentence, word.from, word.to)) continue;
    if (length > 0) out[length++] = 0x20;
    const end = manner.plain ? plainEnd(sentence, word.to, word.end) : word.end;
    out.set(sentence.subarray(word.start, end), length);
    length += end - word.start;
  }
  return out.subarray(0, length);
}

/** "!!!" and the like are cut to their first mark, and what is not ASCII is left out. */
function plainEnd(text: Uint8Array, from: number, to: number): number {
  return from < to && text[from]! < 0x80 ? from + 1 : from;
}

function reworded(sentence: Uint8Array, manner: Manner, job: Job): Uint8Array {
  let current = sentence;
  for (let i = 0; ; i++) {
    const word = [...wordsOf(current)][i];
    if (!word) return current;
    const by = manner.words.get(current, word.from, word.to);
    if (by) current = replaced(current, word, by, job);
  }
}

function endOfLetters(text: Uint8Array): number {
  let end = text.length;
  while (end > 0) {
    let at = end - 1;
    while (at > 0 && (text[at]! & 0xc0) === 0x80) at--;
    const kind = kindAt(text, at, end);
    if (kind === LETTER || kind === NUMBER) return end;
    end = at;
  }
  return text.length;
}
