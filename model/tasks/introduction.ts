/** The beginnings of prompts: instruction and examples, read once at start and shared by all requests. */
import { buildPrefix, type PrefixCache } from '../engine/index.js';
import type { Job, Model } from './job.js';
import { Prompt } from './prompt.js';

export interface Introduction {
  readonly tokens: Int32Array;
  readonly cache: PrefixCache;
}

/** Room for the marks of a turn. */
export const TURN = 16;

/** More than the longest introduction needs. */
const ROOM = 8192;

/** Reads an introduction. It lies in ordinary memory: it holds nothing of any user. */
export async function introduce(model: Model, write: (prompt: Prompt) => Prompt): Promise<Introduction> {
  const tokens = write(new Prompt(model, ordinaryMemory, ROOM)).tokens.slice();
  return { tokens, cache: await buildPrefix(model.backend, tokens) };
}

const ordinaryMemory = {
  bytes: (length: number) => new Uint8Array(length),
  int32: (length: number) => new Int32Array(length),
  float32: (length: number) => new Float32Array(length),
};

/** A prompt that goes on after an introduction, with room for a turn of `capacity` tokens and the opening of the next. */
export function promptAfter(introduction: Introduction, job: Job, capacity: number): Prompt {
  const size = introduction.tokens.length + capacity + 3 * TURN;
  return new Prompt(job.model, job.arena, size).tokenized(introduction.tokens);
}
