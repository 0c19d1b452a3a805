import type { ModelPack } from '../pack/index.js';
import type { SecretArena, Wipeable } from './arena.js';

/** Keys and values of one sequence. It belongs to the arena that it was made in, and dies with its wiping. */
export interface KvCache extends Wipeable {
  /** How many positions it has room for. */
  readonly capacity: number;
  /** How many positions hold keys and values. */
  readonly length: number;
}

/** The model's sizes, as far as running it needs them. */
export interface ModelShape {
  readonly layers: number;
  readonly kvHeads: number;
  readonly headSize: number;
  readonly vocabulary: number;
  readonly context: number;
}

/**
 * What becomes of the runtime's own memory, which holds activations while the graph runs:
 * - `overwritten`: whatever it frees is overwritten at once, and it frees everything in `scrub`
 * - `unsupported`: it is freed, but this platform's C library offers no way to overwrite it
 * - `kept`: the runtime keeps its memory for the next run; for measurements only
 */
export type RuntimeMemory = 'overwritten' | 'unsupported' | 'kept';

/** A way to run the graph of a pack. Runs take turns; each uses all threads. */
export interface Backend {
  readonly name: 'ffi' | 'package';
  readonly shape: ModelShape;
  readonly runtimeMemory: RuntimeMemory;
  /** @throws EngineError `engine-context-full` when the model has no such many positions */
  newCache(capacity: number, arena: SecretArena): KvCache;
  /**
   * Runs `tokens` on top of what `cache` holds and adds their keys and values to it. `logits` receives those of the last
   * `logits.length / vocabulary` tokens, oldest first; at least one. Its memory and that of `tokens` stay the caller's.
   * @throws EngineError `engine-context-full`, `engine-run-failed`, `engine-bad-request`
   */
  forward(cache: KvCache, tokens: Int32Array, logits: Float32Array): Promise<void>;
  /** Makes the first `length` positions of `to` equal to those of `from`, and `to` exactly that long. */
  copyCache(from: KvCache, to: KvCache, length: number): void;
  /** To be called when a request has ended: what the runtime's threads still hold of it is overwritten. */
  scrub(): Promise<void>;
  /** Waits for the run in progress and releases everything. */
  close(): Promise<void>;
}

export interface BackendOptions {
  /** Threads that compute, 1 or more. */
  readonly threads: number;
  /** `keep` trades secrecy of the runtime's memory for what speed that costs. Default `overwrite`. */
  readonly runtimeMemory?: 'overwrite' | 'keep';
}

export function modelShape({ manifest }: ModelPack): ModelShape {
  const { layers, kvHeads, headSize, vocabulary, context } = manifest.model;
  return { layers, kvHeads, headSize, vocabulary, context };
}
