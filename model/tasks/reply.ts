/** Three suggestions for an answer to a chat's last message; each begins with another word. */
import { generate, type Sampling, SecretArena } from '../engine/index.js';
import { echoes, stutters } from './faithful.js';
import { type Introduction, introduce, promptAfter } from './introduction.js';
import type { Answer, Job, Model } from './job.js';
import { Prompt } from './prompt.js';
import type { ReplyRequest } from './request.js';
import { Source } from './source.js';
import { type Line, newestThatFit, textOf } from './window.js';
import { same, saysSomething, utf8, wordsOf } from './words.js';

const INSTRUCTION = 'You write chats.';
const REQUEST = 'Write chats between friends and colleagues, which end with a short answer by Me.';
const ME = utf8('Me: ');
const ANSWER = utf8('Me:');
const LINE_END = utf8('\n');

const examples: readonly string[] = [
  "Tom: I'm stuck in traffic, 20 minutes late\nMe: Thanks for telling me, drive safely!",
  "Olivia: I made too much soup\nOlivia: Do you want to come over for dinner?\nMe: I'd love to! When should I be there?",
  'Ben: We won the match!!\nMe: Congratulations, well done!',
  "Peter: Can you call the bank about the invoice today?\nMe: Yes, I'll call them right away.",
  "Daniel: I booked the table for 8 at Mario's\nMe: Perfect, see you at 8!",
  "Me: where did you see the keys last?\nAnna: at the gym I think, I'm so stupid\nMe: Oh no, I hope you find them soon.",
  'Julia: Thank you for the flowers\nMe: You are welcome, I hope you like them!',
  'David: What should I bring tomorrow?\nMe: Just bring something to drink, please.',
  "Paul: Dad's operation is tomorrow\nMe: Good luck to him, tell me how it went.",
  'Laura: Are you free on Sunday? We need one more player\nMe: Sure, count me in!',
  'Maria: The shop is closed until Monday\nMe: Okay, then we go on Monday.',
];

/** Chats that say nothing. What the model answers to these fits any chat, and so it doesn't fit one well. */
const neutral = ['Sam: Hello', 'Kim: I have to tell you something.', 'Alex: Ok'];

/** How much of the model's liking for a first word in any chat is held against it. */
const CALIBRATION = 0.5;
/** First words less likely than the likeliest by more than e^this are out of the question. */
const PLAUSIBLE = 4.5;

const SUGGESTIONS = 3;
const ATTEMPTS = 4;
const WINDOW_TOKENS = 768;
const MAX_TOKENS = 40;
const LIMITS = { maxBytes: 240, maxSentences: 2 };

/** What fits most chats, for when the model has no three answers. */
const STOCK = ['Okay!', 'Thanks for telling me!', 'Let me get back to you.'].map(utf8);

/** What suggestions need, prepared at start. */
export interface Replies {
  readonly introduction: Introduction;
  /** How the model likes each first token in any chat: logits, the mean over neutral chats. */
  readonly prior: Float32Array;
}

/** Reads the examples, and asks the model about neutral chats. */
export async function prepareReplies(model: Model): Promise<Replies> {
  const introduction = await introduce(model, (prompt) => prompt.document(INSTRUCTION, REQUEST, examples));
  const prior = new Float32Array(model.backend.shape.vocabulary);
  for (const chat of neutral) {
    const arena = new SecretArena();
    const prompt = new Prompt(model, arena, introduction.tokens.length + 64)
      .tokenized(introduction.tokens)
      .text(utf8(`${chat}\n`))
      .text(ANSWER);
    await generate(model.backend, {
      prompt: prompt.tokens,
      prefix: introduction.cache,
      arena,
      maxTokens: 1,
      stop: [],
      sampling: { kind: 'greedy' },
      adjust: (logits) => {
        for (let id = 0; id < prior.length; id++) prior[id]! += logits[id]! / neutral.length;
      },
      onToken: () => true,
    });
    arena.wipe();
  }
  return { introduction, prior };
}

/** Suggests answers, each an event of text and one of `item`. */
export async function reply(request: ReplyRequest, job: Job, replies: Replies): Promise<void> {
  const { introduction } = replies;
  const { tokenizer, marks } = job.model;
  const fit = { first: 0, maxTokens: WINDOW_TOKENS, tokenizer, secrets: job.arena };
  const window = newestThatFit(request.messages, fit);
  if (window.dropped > 0) job.emit({ kind: 'notice', notice: 'messages-dropped', count: window.dropped });
  const lines = upToTheirs(window.lines, request.me);
  const prompt = promptAfter(introduction, job, sizeOf(lines));
  for (const line of lines) {
    if (request.me && same(line.sender, request.me)) prompt.text(ME).text(line.text).text(LINE_END);
    else prompt.tokenized(line.tokens);
  }
  prompt.text(ANSWER);
  const suggestions = new Suggestions(job, replies.prior, lines, {
    prompt: prompt.tokens,
    prefix: await job.read(prompt.tokens, introduction.cache),
    source: new Source(textOf(lines, request.me ?? new Uint8Array(0), job.arena), marks, job.arena),
    maxTokens: MAX_TOKENS,
    limits: LIMITS,
    repetitionPenalty: 1.1,
    unlabelled: true,
  });
  for (let i = 0; i < SUGGESTIONS; i++) {
    job.say(await suggestions.next());
    job.emit({ kind: 'item' });
  }
}

/** Makes suggestions that differ. */
class Suggestions {
  readonly #job: Job;
  readonly #answer: Omit<Answer, 'sampling' | 'adjustFirst'>;
  readonly #prior: Float32Array;
  readonly #lines: readonly Line[];
  readonly #made: Uint8Array[] = [];
  #attempts = 0;

  constructor(
    job: Job,
    prior: Float32Array,
    lines: readonly Line[],
    answer: Omit<Answer, 'sampling' | 'adjustFirst'>,
  ) {
    this.#job = job;
    this.#lines = lines;
    this.#prior = prior;
    this.#answer = answer;
  }

  /** Another one; of our own if nothing new came of several attempts. */
  async next(): Promise<Uint8Array> {
    for (let i = 0; i < ATTEMPTS; i++) {
      const text = await this.#job.answer({
        ...this.#answer,
        sampling: this.#sampling(i),
        adjustFirst: (logits) => {
          this.#refuseFirstWords(logits);
          calibrate(logits, this.#prior);
        },
      });
      if (this.#isGood(text)) return this.#keep(text);
    }
    this.#job.fellBack();
    return this.#keep(STOCK.find((text) => !this.#isMade(text))!);
  }

  #keep(text: Uint8Array): Uint8Array {
    this.#made.push(text);
    return text;
  }

  #isMade(text: Uint8Array): boolean {
    return this.#made.some((made) => same(made, text));
  }

  /** Says something new, and that once. What begins with a sign is no answer. */
  #isGood(text: Uint8Array): boolean {
    const isEcho = this.#lines.some((line) => echoes(line.text, text));
    return text.length > 0 && !isSign(text[0]!) && !this.#isMade(text) && !stutters(text) && !isEcho;
  }

  #sampling(attempt: number): Sampling {
    const seed = this.#job.seed + this.#attempts++;
    if (attempt === 0 && !this.#job.lucky) return { kind: 'greedy' };
    return { kind: 'sample', temperature: 0.5 + 0.2 * attempt, topP: 0.9, seed };
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

/** Of what is likely enough, prefers what is likelier than it is in any chat. */
function calibrate(logits: Float32Array, prior: Float32Array): void {
  const likeliest = logits.reduce((max, logit) => Math.max(max, logit), Number.NEGATIVE_INFINITY);
  for (let id = 0; id < logits.length; id++) {
    if (logits[id]! < likeliest - PLAUSIBLE) logits[id] = Number.NEGATIVE_INFINITY;
    else logits[id]! -= CALIBRATION * prior[id]!;
  }
}

/** Room for the lines in a prompt, in tokens. */
const sizeOf = (lines: readonly Line[]): number =>
  lines.reduce((sum, { sender, text }) => sum + sender.length + text.length + 8, 0);

/** Signs of ASCII; emoji are answers, and some languages begin with signs of their own. */
const isSign = (byte: number): boolean => byte < 0x80 && !saysSomething(Uint8Array.of(byte));

const withoutBlank = (token: Uint8Array): Uint8Array => (token[0] === 0x20 ? token.subarray(1) : token);

/** The chat up to the last message that is not the user's own; all of it if there is none. */
function upToTheirs(lines: readonly Line[], me: Uint8Array | undefined): readonly Line[] {
  const last = me ? lines.findLastIndex(({ sender }) => !same(sender, me)) : -1;
  return last < 0 ? lines : lines.slice(0, last + 1);
}
