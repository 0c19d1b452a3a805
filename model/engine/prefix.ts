import { SecretArena, type Wipeable } from './arena.js';
import type { Backend, KvCache } from './backend.js';
import { prefill } from './prefill.js';

/**
 * Keys and values of a beginning that many prompts share, such as instructions and examples. Read-only: it can only be
 * copied into other caches. One that holds a user's text has to be owned by the request's arena.
 */
export class PrefixCache implements Wipeable {
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

  /** As `release`; returns how many bytes were overwritten. */
  wipe(): number {
    return this.#arena.wipe();
  }
}

/**
 * Computes a prefix once, to be used by any number of requests on the same backend. What `base` already holds of it is
 * copied from there. Aborting leaves it unfinished: the requests that use it are to be given up too.
 * @throws EngineError `engine-context-full`, `engine-run-failed`
 */
export async function buildPrefix(
  backend: Backend,
  tokens: Int32Array,
  options: { readonly base?: PrefixCache; readonly signal?: AbortSignal } = {},
): Promise<PrefixCache> {
  const arena = new SecretArena();
  try {
    const own = arena.int32(tokens.length);
    own.set(tokens);
    const cache = backend.newCache(tokens.length, arena);
    const copied = options.base?.copyInto(cache, own) ?? 0;
    const logits = arena.float32(backend.shape.vocabulary);
    await prefill(backend, cache, own.subarray(copied), logits, options.signal);
    return new PrefixCache(backend, own.subarray(0, cache.length), cache, arena);
  } catch (error) {
    arena.wipe();
    throw error;
  }
}
