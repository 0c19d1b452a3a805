import { setImmediate } from 'node:timers/promises';
import type { ModelPack } from '../../pack/index.js';
import type { SecretArena } from '../arena.js';
import { type Backend, type BackendOptions, type KvCache, type ModelShape, modelShape } from '../backend.js';
import { EngineError } from '../error.js';
import { checkCapacity, checkForward } from '../request.js';
import { copyRows } from '../rows.js';
import { scrubRun } from '../scrub-run.js';
import { Turns } from '../turns.js';
import { BoundCache } from './bound-cache.js';
import { openRuntime, overwriteFreedMemory, type RuntimeChoice } from './native.js';
import { OrtSession } from './session.js';

/** Steps of up to so many milliseconds run inline: a tenth of them would go into changing threads otherwise. */
const INLINE_MS = 20;

/**
 * The fast backend: ONNX Runtime's C API by FFI, keys and values in place, long runs beside the event loop.
 * @throws EngineError `engine-wrong-runtime`, `engine-load-failed`
 */
export async function ffiBackend(
  pack: ModelPack,
  options: BackendOptions & { readonly runtime?: RuntimeChoice },
): Promise<Backend> {
  const keepMemory = options.runtimeMemory === 'keep';
  const overwriting = !keepMemory && overwriteFreedMemory();
  const session = new OrtSession(openRuntime(options.runtime), pack.graphPath, {
    threads: options.threads,
    keepMemory,
  });
  const runtimeMemory = keepMemory ? 'kept' : overwriting ? 'overwritten' : 'unsupported';
  return new FfiBackend(session, modelShape(pack), runtimeMemory);
}

class FfiBackend implements Backend {
  readonly name = 'ffi';
  readonly shape: ModelShape;
  readonly runtimeMemory: Backend['runtimeMemory'];
  readonly #session: OrtSession;
  readonly #turns = new Turns();
  readonly #inUse = new Set<BoundCache>();
  /** The last wiped cache: to bind a new one and fault its pages in takes longer than a token. */
  #spare: BoundCache | undefined;
  /** Takes the logits of scrubbing. */
  readonly #unread: Float32Array;
  /** What the last single token took. */
  #stepMs = Number.POSITIVE_INFINITY;
  #closed = false;

  constructor(session: OrtSession, shape: ModelShape, runtimeMemory: Backend['runtimeMemory']) {
    this.#session = session;
    this.shape = shape;
    this.#unread = new Float32Array(shape.vocabulary);
    this.runtimeMemory = runtimeMemory;
  }

  newCache(capacity: number, arena: SecretArena): KvCache {
    checkCapacity(this.shape, capacity);
    const cache = this.#takeSpare(capacity) ?? this.#makeCache(capacity);
    this.#inUse.add(cache);
    return arena.own(cache);
  }

  forward(cache: KvCache, tokens: Int32Array, logits: Float32Array): Promise<void> {
    return this.#turns.take(async () => {
      const bound = this.#own(cache);
      checkForward(this.shape, bound, tokens, logits);
      const inline = tokens.length === 1 && this.#stepMs <= INLINE_MS;
      const start = performance.now();
      await bound.run(tokens, logits, inline ? 'inline' : 'beside');
      if (tokens.length === 1) this.#stepMs = performance.now() - start;
      // Timers and messages get their turn between two steps.
      if (inline) await setImmediate();
    });
  }

  copyCache(from: KvCache, to: KvCache, length: number): void {
    const source = this.#own(from);
    const target = this.#own(to);
    if (length > source.length || length > target.capacity) {
      throw new EngineError('engine-bad-request', 'More positions are to be copied than there are.');
    }
    for (const [i, array] of source.arrays.entries()) {
      const into = { array: target.arrays[i]!, capacity: target.capacity };
      copyRows({ array, capacity: source.capacity }, into, this.shape, length);
    }
    target.fill(length);
  }

  scrub(): Promise<void> {
    return this.#turns.take(async () => {
      const { past, tokens } = scrubRun;
      const cache =
        this.#takeSpare(past + tokens + 1, this.shape.context) ?? this.#makeCache(past + tokens + 1);
      cache.fill(past);
      try {
        // Inline, so that this thread's own stack is overwritten too; once more as single tokens take another path.
        await cache.run(new Int32Array(tokens), this.#unread, 'inline');
        await cache.run(new Int32Array(1), this.#unread, 'last');
      } finally {
        cache.wipe();
      }
    });
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#turns.settled();
    for (const cache of this.#inUse) cache.wipe();
    this.#spare?.release();
    this.#session.close();
  }

  #makeCache(capacity: number): BoundCache {
    return new BoundCache(this.#session, this.shape, capacity, (cache) => {
      this.#inUse.delete(cache);
      this.#spare?.release();
      this.#spare = cache;
    });
  }

  #takeSpare(least: number, most = 2 * least): BoundCache | undefined {
    const spare = this.#spare;
    if (!spare || spare.capacity < least || spare.capacity > most) return undefined;
    this.#spare = undefined;
    return spare.takeUp();
  }

  #own(cache: KvCache): BoundCache {
    if (this.#closed || !(cache instanceof BoundCache) || !this.#inUse.has(cache) || cache.wiped) {
      throw new EngineError('engine-bad-request', 'The cache has been wiped or is of another backend.');
    }
    return cache;
  }
}
