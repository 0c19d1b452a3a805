/**
 * The model as the tasks use it: what it thinks of a text, and which of the texts in a lattice it would say. Prefixes
 * (instructions and examples) are read once and shared; they hold nothing of any user.
 */
import type { Backend, KvCache, SecretArena } from '../engine/index.js';
import type { Tokenizer } from '../tokenizer/index.js';
import { TaskError } from './error.js';
import type { Lattice } from './lattice.js';

/** Text that `score` reads at once, in tokens. What is longer has no score. */
export const MAX_SCORED_TOKENS = 96;

/** Keys and values of the beginning of many prompts. */
export interface Prefix {
  readonly cache: KvCache;
  readonly tokens: number;
}

/** Reads the beginning of prompts, at start. `arena` keeps it, and should live as long as the runner. */
export async function readPrefix(backend: Backend, tokens: Int32Array, arena: SecretArena): Promise<Prefix> {
  const cache = backend.newCache(tokens.length, arena);
  await backend.forward(cache, tokens, arena.float32(backend.shape.vocabulary));
  return { cache, tokens: tokens.length };
}

export class Voice {
  readonly tokenizer: Tokenizer;
  readonly arena: SecretArena;
  readonly #backend: Backend;
  readonly #cache: KvCache;
  readonly #signal: AbortSignal;
  readonly #logits: Float32Array;
  /** Logits of a whole text that is being scored. */
  #scored: Float32Array | undefined;
  #promptTokens = 0;
  #cachedTokens = 0;
  #outputTokens = 0;
  #prefillMs = 0;
  #decodeMs = 0;

  /** A voice for one request, whose prompts and answers together never need more than `capacity` positions. */
  constructor(
    backend: Backend,
    tokenizer: Tokenizer,
    arena: SecretArena,
    signal: AbortSignal,
    capacity: number,
  ) {
    this.#backend = backend;
    this.tokenizer = tokenizer;
    this.arena = arena;
    this.#signal = signal;
    this.#cache = backend.newCache(capacity, arena);
    this.#logits = arena.float32(backend.shape.vocabulary);
  }

  get stats() {
    return {
      promptTokens: this.#promptTokens,
      cachedTokens: this.#cachedTokens,
      outputTokens: this.#outputTokens,
      prefillMs: this.#prefillMs,
      decodeMs: this.#decodeMs,
    };
  }

  /**
   * Reads a prompt: a shared beginning and the tokens behind it.
   * @throws TaskError `task-aborted`
   */
  async read(prefix: Prefix, prompt: Int32Array): Promise<void> {
    const began = performance.now();
    this.#backend.copyCache(prefix.cache, this.#cache, prefix.tokens);
    await this.#forward(prompt, this.#logits);
    this.#promptTokens += prefix.tokens + prompt.length;
    this.#cachedTokens += prefix.tokens;
    this.#prefillMs += performance.now() - began;
  }

  /**
   * Says, after the prompt, the way through `lattice` that seems likeliest at each fork. `onToken` hears each token but the
   * last one, which ends the text. Forks alone cost a run of the model: what has to be said anyway is read along.
   * @throws TaskError `task-aborted`
   */
  async say(lattice: Lattice, onToken: (id: number) => void): Promise<void> {
    const began = performance.now();
    const said = this.arena.int32(lattice.maxTokens);
    let read = 0;
    let count = 0;
    lattice.start();
    while (!lattice.finished) {
      let id = lattice.onlyToken;
      if (id < 0) {
        if (count > read) await this.#forward(said.subarray(read, count), this.#logits);
        read = count;
        lattice.adjust(this.#logits);
        id = indexOfMax(this.#logits);
      }
      lattice.accept(id);
      if (lattice.ended) break;
      said[count++] = id;
      onToken(id);
    }
    this.#outputTokens += count;
    this.#decodeMs += performance.now() - began;
  }

  /**
   * The logarithm of the likelihood of `text` after the prompt, in nats; the prompt stays as it is. -Infinity for a text
   * of more than MAX_SCORED_TOKENS.
   * @throws TaskError `task-aborted`
   */
  async score(text: Int32Array): Promise<number> {
    if (text.length > MAX_SCORED_TOKENS) return Number.NEGATIVE_INFINITY;
    const began = performance.now();
    const { vocabulary } = this.#backend.shape;
    let sum = logLikelihood(this.#logits, text[0]!);
    if (text.length > 1) {
      this.#scored ??= this.arena.float32(vocabulary * MAX_SCORED_TOKENS);
      const length = this.#cache.length;
      await this.#forward(text.subarray(0, -1), this.#scored.subarray(0, vocabulary * (text.length - 1)));
      this.#backend.copyCache(this.#cache, this.#cache, length);
      for (let i = 1; i < text.length; i++) {
        sum += logLikelihood(this.#scored.subarray(vocabulary * (i - 1), vocabulary * i), text[i]!);
      }
    }
    this.#decodeMs += performance.now() - began;
    return sum;
  }

  async #forward(tokens: Int32Array, logits: Float32Array): Promise<void> {
    if (this.#signal.aborted) throw new TaskError('task-aborted', 'The task was given up before its end.');
    await this.#backend.forward(this.#cache, tokens, logits);
  }
}

function logLikelihood(logits: Float32Array, id: number): number {
  const max = logits[indexOfMax(logits)]!;
  let sum = 0;
  for (let i = 0; i < logits.length; i++) sum += Math.exp(logits[i]! - max);
  return logits[id]! - max - Math.log(sum);
}

function indexOfMax(values: Float32Array): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
}
