/**
 * Three suggestions for an answer, each of another kind: those, of a stock of short answers for such a message, that the
 * chat makes likelier than any chat does. So they are answers that a person could send, whatever the messages say.
 */
import { type Choice, choose, type Stock, stockOf } from './choice.js';
import type { Job } from './job.js';
import { languageOf } from './language.js';
import { phrasebook, type Triple } from './phrasebook.js';
import { same } from './points.js';
import { type Example, Prompt } from './prompt.js';
import type { ReplyRequest } from './request.js';
import { situationOf } from './situation.js';
import type { Prefix, Voice } from './voice.js';
import { type Line, newestThatFit } from './window.js';
import { utf8 } from './words.js';

export const replyInstruction = 'Give a short answer to the last message of the chat.';

export const replyExamples: readonly Example[] = [
  { given: 'Olivia: Is the picnic still happening tomorrow?', answer: 'Yes, sounds good!' },
  { given: 'Mr. Abara: Can you call them today?', answer: "Sure, I'll do it today." },
  { given: 'Kira: guys I lost my keys', answer: "Oh no, I'm sorry to hear that!" },
  { given: "Paolo: Dad's operation went well, he is home", answer: "That's great news!" },
  { given: "Nate: I booked the table for 8 at Mario's", answer: 'Perfect, see you then!' },
  { given: 'Lea: Happy birthday!!', answer: 'Thank you so much!' },
  { given: "Tom: I'm stuck in traffic, 20 minutes late", answer: 'No problem, take your time.' },
  { given: 'Ida: Could you send me the photos from Sunday?', answer: "Sure, I'll send them tonight." },
  { given: 'Rui: Thank you for your help', answer: "You're welcome!" },
];

const WINDOW_TOKENS = 512;

type Stocks = readonly [Stock, Stock, Stock];

/** The phrasebook, weighed. */
export type Replies = ReadonlyMap<Triple, Stocks>;

/** Weighs the phrasebook, at start. */
export async function prepareReplies(prefix: Prefix, voice: Voice): Promise<Replies> {
  const prompt = new Prompt(voice.tokenizer, voice.arena, 64);
  await voice.read(prefix, prompt.open('user').text(utf8('Sam: Hello')).close().open('assistant').tokens);
  const replies = new Map<Triple, Stocks>();
  for (const phrases of Object.values(phrasebook)) {
    for (const triple of Object.values(phrases)) {
      const [first, second, third] = triple;
      replies.set(triple, [
        await stockOf(first, voice),
        await stockOf(second, voice),
        await stockOf(third, voice),
      ]);
    }
  }
  return replies;
}

export async function reply(request: ReplyRequest, job: Job, replies: Replies): Promise<void> {
  const { tokenizer } = job.voice;
  const fit = { first: 0, maxTokens: WINDOW_TOKENS, tokenizer, secrets: job.arena };
  const window = newestThatFit(request.messages, fit);
  if (window.dropped > 0) job.emit({ kind: 'notice', notice: 'messages-dropped', count: window.dropped });
  const lines = upToTheirs(window.lines, request.me);
  const last = lines.at(-1)!;
  const prompt = new Prompt(tokenizer, job.arena, window.tokens + 64).open('user');
  for (const line of lines) prompt.tokenized(line.tokens);
  await job.voice.read(job.prefixes.reply, prompt.close().open('assistant').tokens);
  const taken: Choice[] = [];
  for (const stock of replies.get(phrasesFor(last.text))!) {
    const choice = await choose(job.voice, stock, taken, job.seed);
    taken.push(choice);
    job.cleaner.reset();
    job.cleaner.text(choice.text);
    job.cleaner.endLine();
    job.emit({ kind: 'item' });
  }
}

function phrasesFor(message: Uint8Array): Triple {
  const phrases = phrasebook[languageOf(message)];
  const situation = situationOf(message);
  const asks = situation === 'question' || situation === 'openQuestion' || situation === 'request';
  return phrases[situation] ?? (asks ? phrases.question : phrases.other);
}

/** The chat up to the last message that is not the user's own; all of it if there is none. */
function upToTheirs(lines: readonly Line[], me: Uint8Array | undefined): readonly Line[] {
  const last = me ? lines.findLastIndex(({ sender }) => !same(sender, me)) : -1;
  return last < 0 ? lines : lines.slice(0, last + 1);
}
