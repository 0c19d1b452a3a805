/** Three suggestions for an answer to a chat's last message; each begins with another word. */
import type { Sampling } from '../engine/index.js';
import { type Introduction, promptAfter } from './introduction.js';
import type { Answer, Job } from './job.js';
import type { Example } from './prompt.js';
import type { ReplyRequest } from './request.js';
import { Source } from './source.js';
import { type Line, newestThatFit, textOf } from './window.js';
import { same, saysSomething, wordsOf } from './words.js';

export const replyInstruction = 'Write a short, friendly answer to the last message of the chat.';

export const replyExamples: readonly Example[] = [
  {
    given: `Olivia: I made too much soup
Olivia: Do you want to come over for dinner?`,
    answer: "I'd love to, thank you! When should I be there?",
  },
  {
    given: 'Mr. Abara: Can you call Delta about the invoice today?',
    answer: "Sure, I'll call them right away.",
  },
  {
    given: `Jonah: where did you see the keys last?
Kira: at the gym I think, I'm so stupid`,
    answer: "Don't worry, that happens to everyone. I hope you find them!",
  },
  {
    given: "Paolo: Dad's operation went well, he is home",
    answer: "That's great news, give him a hug from me!",
  },
  { given: "Nate: I booked the table for 8 at Mario's", answer: 'Perfect, see you at 8!' },
  { given: 'Lea: Are you free on Sunday? We need one more player', answer: 'Yes, count me in!' },
  { given: "Tom: I'm stuck in traffic, 20 minutes late", answer: 'No problem, take your time.' },
];

const SUGGESTIONS = 3;
const ATTEMPTS = 4;
const WINDOW_TOKENS = 768;
const MAX_TOKENS = 40;
const LIMITS = { maxBytes: 240, maxSentences: 2 };

export async function reply(request: ReplyRequest, job: Job, introduction: Introduction): Promise<void> {
  const { tokenizer, marks } = job.model;
  const fit = { first: 0, maxTokens: WINDOW_TOKENS, tokenizer, secrets: job.arena };
  const window = newestThatFit(request.messages, fit);
  if (window.dropped > 0) job.emit({ kind: 'notice', notice: 'messages-dropped', count: window.dropped });
  const lines = upToTheirs(window.lines, request.me);
  const prompt = promptAfter(introduction, job, window.tokens).open('user');
  for (const line of lines) prompt.tokenized(line.tokens);
  prompt.close().open('assistant');
  const suggestions = new Suggestions(job, {
    prompt: prompt.tokens,
    prefix: await job.read(prompt.tokens, introduction.cache),
    source: new Source(textOf(lines, request.me ?? new Uint8Array(0), job.arena), marks, job.arena),
    maxTokens: MAX_TOKENS,
    limits: LIMITS,
    repetitionPenalty: 1.1,
  });
  for (let i = 0; i < SUGGESTIONS; i++) {
    const text = await suggestions.next();
    if (text.length === 0) continue;
    job.say(text);
    job.emit({ kind: 'item' });
  }
}

/** Makes suggestions that differ. */
class Suggestions {
  readonly #job: Job;
  readonly #answer: Omit<Answer, 'sampling' | 'adjustFirst'>;
  readonly #made: Uint8Array[] = [];
  #attempts = 0;

  constructor(job: Job, answer: Omit<Answer, 'sampling' | 'adjustFirst'>) {
    this.#job = job;
    this.#answer = answer;
  }

  /** Another one; empty if nothing new came of several attempts. */
  async next(): Promise<Uint8Array> {
    for (let i = 0; i < ATTEMPTS; i++) {
      const text = await this.#job.answer({
        ...this.#answer,
        sampling: this.#sampling(i),
        adjustFirst: (logits) => this.#refuseFirstWords(logits),
      });
      if (text.length === 0 || this.#made.some((made) => same(made, text))) continue;
      this.#made.push(text);
      return text;
    }
    return new Uint8Array(0);
  }

  #sampling(attempt: number): Sampling {
    const first = this.#attempts === 0 && !this.#job.lucky;
    const seed = this.#job.seed + this.#attempts++;
    return first ? { kind: 'greedy' } : { kind: 'sample', temperature: 0.5 + 0.2 * attempt, topP: 0.9, seed };
  }

  /** Tokens that begin a word with which a suggestion begins already. */
  #refuseFirstWords(logits: Float32Array): void {
    const { tokenizer, marks } = this.#job.model;
    for (const made of this.#made) {
      const word = saysSomething(made) ? wordsOf(made).next().value : undefined;
      const first = made.subarray(0, word ? word.end : made.length);
      for (let id = 0; id < marks.firstBytes.length; id++) {
        const token = withoutBlank(tokenizer.decodeToken(id));
        if (
          token.length > 0 &&
          token.length <= first.length &&
          same(first.subarray(0, token.length), token)
        ) {
          logits[id] = Number.NEGATIVE_INFINITY;
        }
      }
    }
  }
}

const withoutBlank = (token: Uint8Array): Uint8Array => (token[0] === 0x20 ? token.subarray(1) : token);

/** The chat up to the last message that is not the user's own; all of it if there is none. */
function upToTheirs(lines: readonly Line[], me: Uint8Array | undefined): readonly Line[] {
  const last = me ? lines.findLastIndex(({ sender }) => !same(sender, me)) : -1;
  return last < 0 ? lines : lines.slice(0, last + 1);
}
