import { SecretArena } from './arena.js';
import type { Backend, KvCache } from './backend.js';
import { prefill } from './prefill.js';

/**
 * Keys and values of a beginning that many prompts share, instructions and examples: no user's data. Read-only: it can
 * only be copied into the cache of a request.
 */
export class PrefixCache {
  readonly #backend: Backend;
  readonly #tokens: Int32Array;
  readonly #cache: KvCache;
  readonly #arena: SecretArena;

  constructor(backend: Backend, tokens: Int32Array, cache: KvCache, arena: SecretArena) {
    this.#backend = backend;
    this.#tokens = tokens;
    this.#cache = cache;
    this.#arena = arena;
  }

  get length(): number {
    return this.#tokens.length;
  }

  /**
   * Copies what `prompt` has in common with this prefix into the empty `cache`, but never the whole prompt: its last
   * token has to be run to know what follows.
   * @returns how many positions were copied
   */
  copyInto(cache: KvCache, prompt: Int32Array): number {
    const most = Math.min(this.#tokens.length, prompt.length - 1);
    let common = 0;
    while (common < most && this.#tokens[common] === prompt[common]) common++;
    this.#backend.copyCache(this.#cache, cache, common);
    return common;
  }

  /** Frees its memory; it cannot be used afterwards. */
  release(): void {
    this.#arena.wipe();
  }
}

/**
 * Computes a prefix once, to be used by any number of requests on the same backend.
 * @throws EngineError `engine-context-full`, `engine-run-failed`
 */
export async function buildPrefix(backend: Backend, tokens: Int32Array): Promise<PrefixCache> {
  const arena = new SecretArena();
  const own = arena.int32(tokens.length);
  own.set(tokens);
  const cache = backend.newCache(tokens.length, arena);
  await prefill(backend, cache, own, arena.float32(backend.shape.vocabulary));
  return new PrefixCache(backend, own, cache, arena);
}
