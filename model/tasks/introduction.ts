/** The beginnings of prompts: instruction and examples, read once at start and shared by all requests. */
import { buildPrefix, type PrefixCache } from '../engine/index.js';
import type { Job, Model } from './job.js';
import { type Example, Prompt } from './prompt.js';
import { utf8 } from './words.js';

export interface Introduction {
  readonly tokens: Int32Array;
  readonly cache: PrefixCache;
}

/** Room for the marks of a turn. */
export const TURN = 16;

/** Reads an introduction. It lies in ordinary memory: it holds nothing of any user. */
export async function introduce(
  model: Model,
  instruction: string,
  examples: readonly Example[],
): Promise<Introduction> {
  const size = examples.reduce(
    (sum, { given, answer }) => sum + utf8(given + answer).length + 2 * TURN,
    utf8(instruction).length + 2 * TURN,
  );
  const room = {
    bytes: (n: number) => new Uint8Array(n),
    int32: (n: number) => new Int32Array(n),
    float32: (n: number) => new Float32Array(n),
  };
  const { tokens } = new Prompt(model, room, size).introduction(instruction, examples);
  return { tokens, cache: await buildPrefix(model.backend, tokens) };
}

/** A prompt that goes on after an introduction, with room for a turn of `capacity` tokens and the opening of the next. */
export function promptAfter(introduction: Introduction, job: Job, capacity: number): Prompt {
  const size = introduction.tokens.length + capacity + 3 * TURN;
  return new Prompt(job.model, job.arena, size).tokenized(introduction.tokens);
}
