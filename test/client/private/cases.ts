/** Random requests of all kinds and scripts, and answers of all lengths. */
import { ownDraft, ownMessages, type PrivateAi, TONES } from '../../../client/index.js';
import {
  ascii,
  encodeBhttpRequest,
  encodeTaskBody,
  REQUEST_CLASSES,
  type TaskRequest,
  taskPath,
} from '../../../wire/index.js';

export const BEATS_IN_BAR = 8;
/** Bytes of text in one chunk at most. */
export const MOST_TEXT = 208;

const WORDS = [
  ['lunch', 'at', 'twelve', 'tomorrow', 'I', 'cannot', 'before', 'one', 'then', 'the', 'usual', 'place'],
  ['завтра', 'обед', 'в', 'двенадцать', 'не', 'могу', 'раньше', 'часа'],
  ['明日', '昼食', '十二時', 'は', '無理', '一時', 'なら', '大丈夫'],
  ['غدا', 'الغداء', 'في', 'الساعة', 'الواحدة', 'المكان', 'المعتاد'],
  ['😀', '👨‍👩‍👧‍👦', '🇺🇦', '🍕', '❤️‍🔥', '🏳️‍🌈', '👍🏽'],
  ['कल', 'दोपहर', 'का', 'खाना', 'बारह', 'बजे'],
] as const;

/** Random and the same every time: xorshift32. */
class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  below(sides: number): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return (this.#state >>> 0) % sides;
  }

  text(words: number): string {
    const script = WORDS[this.below(WORDS.length)]!;
    return Array.from({ length: words }, () => script[this.below(script.length)]!).join(' ');
  }
}

/** Parts, each a piece of text so many times. */
export type Answer = readonly (readonly [piece: string, times: number])[];

const PIECES = ['meet at one ', '明日', 'Обед. ', '👍🏽', 'é'];

/** What somebody asks, and what the machine answers. */
export interface Case {
  readonly ask: (ai: PrivateAi) => AsyncGenerator<unknown>;
  readonly class: number;
  readonly text: string;
  readonly answer: Answer;
}

const utf8 = (text: string) => new TextEncoder().encode(text);

/** The class by the protocol's words: the smallest size that the binary HTTP request fits. */
function classOf(task: TaskRequest): number {
  const path = taskPath(task.task);
  const request = { method: ascii('POST'), scheme: ascii('https'), authority: new Uint8Array(0), path };
  const plain = encodeBhttpRequest({
    ...request,
    headers: [],
    content: encodeTaskBody(task),
    trailers: [],
  });
  return REQUEST_CLASSES.find((size) => size >= plain.length)!;
}

function randomCase(dice: Dice): Case {
  const answer = randomAnswer(dice);
  const kind = dice.below(4);
  if (kind >= 2) {
    const text = dice.text(1 + dice.below(120));
    const tone = dice.below(TONES.length);
    const draft = ownDraft(text);
    if (kind === 2) {
      const task = { task: 'proofread', text: utf8(text) } as const;
      return { ask: (ai) => ai.proofread(draft), class: classOf(task), text, answer };
    }
    const task = { task: 'rewrite', text: utf8(text), tone: TONES[tone]! } as const;
    return { ask: (ai) => ai.rewrite(draft, { tone: TONES[tone]! }), class: classOf(task), text, answer };
  }
  const said = Array.from({ length: 1 + dice.below(2 ** (1 + dice.below(5))) }, (_, i) => ({
    sender: ['Anna', 'Ярослав', '美咲'][i % 3]!,
    text: dice.text(1 + dice.below(40)),
  }));
  const chat = { messages: ownMessages(said) };
  const text = said.map((message) => message.text).join('\n');
  const messages = said.map((message) => ({ sender: utf8(message.sender), text: utf8(message.text) }));
  if (kind === 1) {
    const task = { task: 'reply', messages } as const;
    return { ask: (ai) => ai.reply(chat), class: classOf(task), text, answer };
  }
  const task = { task: 'summarize', messages, unreadFrom: 0, length: 'short' } as const;
  return { ask: (ai) => ai.summarize(chat), class: classOf(task), text, answer };
}

/** Of up to some 4,000 bytes, sometimes in three parts as suggestions are. */
function randomAnswer(dice: Dice): Answer {
  const part = () => [PIECES[dice.below(PIECES.length)]!, 1 + dice.below(2 ** (1 + dice.below(9)))] as const;
  return Array.from({ length: dice.below(3) === 0 ? 3 : 1 }, part);
}

/** How many chunks carry an answer, by the protocol's words: as much text in each as fits, sequences never cut. */
function chunksFor(answer: Answer): number {
  let count = 0;
  for (const [piece, times] of answer) {
    const text = utf8(piece.repeat(times));
    for (let from = 0; from < text.length; count++) {
      let to = Math.min(text.length, from + MOST_TEXT);
      while (to < text.length && (text[to]! & 0xc0) === 0x80) to--;
      from = to;
    }
    if (answer.length > 1) count++;
  }
  return count;
}

/** What an observer may learn of an answer that is there at once: how many bars of eight beats it takes. */
export const barsOf = (answer: Answer): number => Math.max(1, Math.ceil(chunksFor(answer) / BEATS_IN_BAR));

/** Two and two with different texts of one class. */
export function randomPairs(count: number): (readonly [Case, Case])[] {
  const dice = new Dice(20_251_126);
  const waiting = new Map<number, Case>();
  const pairs: (readonly [Case, Case])[] = [];
  while (pairs.length < count) {
    const one = randomCase(dice);
    const other = waiting.get(one.class);
    if (!other) waiting.set(one.class, one);
    else if (other.text !== one.text) {
      pairs.push([other, one]);
      waiting.delete(one.class);
    }
  }
  return pairs;
}
