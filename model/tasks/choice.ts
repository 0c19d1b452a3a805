/** Choosing from a stock of things to say: the one that the prompt makes likelier than an empty one does. */
import type { Tokenizer } from '../tokenizer/index.js';
import type { Secrets } from './secrets.js';
import type { Voice } from './voice.js';
import { utf8 } from './words.js';

export interface Choice {
  readonly text: Uint8Array;
  readonly tokens: Int32Array;
  /** Its likelihood after a prompt that says nothing, which is held against it. */
  readonly usual: number;
}

export type Stock = readonly Choice[];

/** How much of its usual likelihood a choice loses: with 0 the commonest phrase always wins, with 1 the rarest. */
const USUAL = 0.75;
/** How far luck can lift a choice, in nats, where a seed is given. */
const LUCK = 0.7;

/** A stock of texts; `voice` has read a prompt that says nothing. */
export async function stockOf(texts: readonly string[], voice: Voice): Promise<Stock> {
  const stock: Choice[] = [];
  for (const string of texts) {
    const text = utf8(string);
    const tokens = voice.tokenizer.encode(text);
    stock.push({ text, tokens, usual: await voice.score(tokens) });
  }
  return stock;
}

/** The best of the stock after what `voice` has read, save those that `taken` holds. The same seed, the same choice. */
export async function choose(
  voice: Voice,
  stock: Stock,
  taken: readonly Choice[],
  seed?: number,
): Promise<Choice> {
  const luck = seed === undefined ? () => 0 : seededLuck(seed);
  let best: Choice | undefined;
  let most = Number.NEGATIVE_INFINITY;
  for (const choice of stock) {
    const lucky = luck();
    if (taken.includes(choice)) continue;
    const score = (await voice.score(choice.tokens)) - USUAL * choice.usual + lucky;
    if (best && score <= most) continue;
    most = score;
    best = choice;
  }
  if (!best) throw new RangeError('Nothing is left to choose from.');
  return best;
}

/** Numbers from 0 to LUCK that depend on the seed alone (Mulberry32). */
function seededLuck(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (LUCK * ((mixed ^ (mixed >>> 14)) >>> 0)) / 2 ** 32;
  };
}

/** Tokenizes into memory of the arena. */
export const tokensOf = (text: Uint8Array, tokenizer: Tokenizer, secrets: Secrets): Int32Array =>
  tokenizer.encode(text, secrets.int32(text.length));
