/** One request on its way: the model's voice, what it may say, and what has been said. */
import type { SecretArena } from '../engine/index.js';
import type { Cleaner } from './clean.js';
import { Lattice } from './lattice.js';
import type { TaskEvent } from './request.js';
import type { Prefix, Voice } from './voice.js';

/** The beginnings of all prompts, read once at start. */
export interface Prefixes {
  readonly topic: Prefix;
  readonly point: Prefix;
  readonly reply: Prefix;
  readonly rewrite: Prefix;
  readonly proofread: Prefix;
}

export class Job {
  readonly voice: Voice;
  readonly arena: SecretArena;
  readonly prefixes: Prefixes;
  readonly cleaner: Cleaner;
  readonly emit: (event: TaskEvent) => void;
  /** Where luck comes from, if there is to be any. */
  readonly seed: number | undefined;
  #fallbacks = 0;

  constructor(parts: Pick<Job, 'voice' | 'arena' | 'prefixes' | 'cleaner' | 'emit' | 'seed'>) {
    this.voice = parts.voice;
    this.arena = parts.arena;
    this.prefixes = parts.prefixes;
    this.cleaner = parts.cleaner;
    this.emit = parts.emit;
    this.seed = parts.seed;
  }

  get fallbacks(): number {
    return this.#fallbacks;
  }

  /** Notes that a piece of the answer is the user's own text because there was nothing better to say. */
  fellBack(): void {
    this.#fallbacks++;
  }

  lattice(bytes: number, options: number): Lattice {
    const { tokenizer } = this.voice;
    return new Lattice(tokenizer, tokenizer.special('<|im_end|>'), this.arena, bytes, options);
  }

  /** Says a way through the lattice, by way of the cleaner. */
  async say(lattice: Lattice): Promise<void> {
    await this.voice.say(lattice, (id) => this.cleaner.token(id));
  }
}
