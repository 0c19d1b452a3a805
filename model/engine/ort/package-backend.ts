import type * as Ort from 'onnxruntime-node';
import type { ModelPack } from '../../pack/index.js';
import type { SecretArena } from '../arena.js';
import { type Backend, type BackendOptions, type KvCache, type ModelShape, modelShape } from '../backend.js';
import { EngineError } from '../error.js';
import { writeIdentifiers } from '../identifiers.js';
import { checkCapacity, checkForward } from '../request.js';
import { copyRows } from '../rows.js';
import { scrubRun } from '../scrub-run.js';
import { Turns } from '../turns.js';
import { overwriteFreedMemory, RUNTIME_VERSION } from './native.js';
import { loadFailed } from './session.js';

type Runtime = typeof Ort;

/**
 * The portable backend: onnxruntime-node's own `run`, wherever that package runs. It blocks its thread during a run and
 * copies all keys and values at every step, so it is several times slower, the more the longer the text.
 * @throws EngineError `engine-wrong-runtime`, `engine-load-failed`
 */
export async function packageBackend(pack: ModelPack, options: BackendOptions): Promise<Backend> {
  const keepMemory = options.runtimeMemory === 'keep';
  const overwriting = !keepMemory && overwriteFreedMemory();
  const ort = await loadRuntime();
  let session: Ort.InferenceSession;
  try {
    session = await ort.InferenceSession.create(pack.graphPath, {
      intraOpNumThreads: options.threads,
      enableCpuMemArena: keepMemory,
      enableMemPattern: keepMemory,
      logSeverityLevel: 4,
    });
  } catch (cause) {
    throw loadFailed(pack.graphPath, cause);
  }
  const runtimeMemory = keepMemory ? 'kept' : overwriting ? 'overwritten' : 'unsupported';
  return new PackageBackend(ort, session, modelShape(pack), runtimeMemory);
}

async function loadRuntime(): Promise<Runtime> {
  let ort: Runtime;
  try {
    ort = await import('onnxruntime-node');
  } catch (cause) {
    throw new EngineError(
      'engine-wrong-runtime',
      'onnxruntime-node cannot be loaded: reinstall with "npm ci".',
      {
        cause,
      },
    );
  }
  const found = ort.env.versions.node;
  if (found !== RUNTIME_VERSION) {
    throw new EngineError(
      'engine-wrong-runtime',
      `onnxruntime-node ${found ?? ''} was found, but this code needs ${RUNTIME_VERSION}: reinstall with "npm ci".`,
    );
  }
  ort.env.logLevel = 'fatal';
  return ort;
}

/** Each run's `present` arrays are the next one's `past`; they are exactly as long as the text so far. */
class FetchedCache implements KvCache {
  readonly capacity: number;
  arrays: Float32Array[];
  length = 0;
  wiped = false;
  readonly #retired: () => void;

  constructor(capacity: number, shape: ModelShape, retired: () => void = () => {}) {
    this.capacity = capacity;
    this.#retired = retired;
    this.arrays = Array.from({ length: 2 * shape.layers }, () => new Float32Array(0));
  }

  /** Takes over new arrays and overwrites the old ones. */
  replace(arrays: Float32Array[], length: number): void {
    for (const array of this.arrays) array.fill(0);
    this.arrays = arrays;
    this.length = length;
    // Wiped while the run was going on: what it brought has to go the same way.
    if (this.wiped) this.wipe();
  }

  wipe(): number {
    this.wiped = true;
    let bytes = 0;
    for (const array of this.arrays) bytes += array.fill(0).byteLength;
    this.arrays = [];
    this.#retired();
    return bytes;
  }
}

class PackageBackend implements Backend {
  readonly name = 'package';
  readonly shape: ModelShape;
  readonly runtimeMemory: Backend['runtimeMemory'];
  readonly #ort: Runtime;
  readonly #session: Ort.InferenceSession;
  readonly #turns = new Turns();
  readonly #inUse = new Set<FetchedCache>();
  #closed = false;

  constructor(
    ort: Runtime,
    session: Ort.InferenceSession,
    shape: ModelShape,
    runtimeMemory: Backend['runtimeMemory'],
  ) {
    this.#ort = ort;
    this.#session = session;
    this.shape = shape;
    this.runtimeMemory = runtimeMemory;
  }

  newCache(capacity: number, arena: SecretArena): KvCache {
    checkCapacity(this.shape, capacity);
    const cache = new FetchedCache(capacity, this.shape, () => this.#inUse.delete(cache));
    this.#inUse.add(cache);
    return arena.own(cache);
  }

  forward(cache: KvCache, tokens: Int32Array, logits: Float32Array): Promise<void> {
    return this.#turns.take(async () => {
      const own = this.#own(cache);
      checkForward(this.shape, own, tokens, logits);
      await this.#run(own, tokens, logits);
    });
  }

  copyCache(from: KvCache, to: KvCache, length: number): void {
    const source = this.#own(from);
    const target = this.#own(to);
    if (length > source.length || length > target.capacity) {
      throw new EngineError('engine-bad-request', 'More positions are to be copied than there are.');
    }
    const { kvHeads, headSize } = this.shape;
    const copies = source.arrays.map((array) => {
      const copy = new Float32Array(kvHeads * length * headSize);
      copyRows({ array, capacity: source.length }, { array: copy, capacity: length }, this.shape, length);
      return copy;
    });
    target.replace(copies, length);
  }

  scrub(): Promise<void> {
    return this.#turns.take(async () => {
      const { past, tokens } = scrubRun;
      const { kvHeads, headSize, vocabulary } = this.shape;
      const cache = new FetchedCache(past + tokens, this.shape);
      const zeros = cache.arrays.map(() => new Float32Array(kvHeads * past * headSize));
      cache.replace(zeros, past);
      await this.#run(cache, new Int32Array(tokens), new Float32Array(vocabulary));
    });
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#turns.settled();
    for (const cache of this.#inUse) cache.wipe();
    await this.#session.release();
  }

  async #run(cache: FetchedCache, tokens: Int32Array, logits: Float32Array): Promise<void> {
    const total = cache.length + tokens.length;
    const ids = new BigInt64Array(new ArrayBuffer(8 * tokens.length));
    writeIdentifiers(tokens, ids);
    let outputs: Ort.InferenceSession.OnnxValueMapType;
    try {
      outputs = await this.#session.run(this.#feeds(cache, ids, logits.length / this.shape.vocabulary));
    } catch {
      // The runtime's own message tells shapes, that is lengths of messages: it is not passed on.
      throw new EngineError('engine-run-failed', 'ONNX Runtime refused to run the graph.');
    } finally {
      ids.fill(0n);
    }
    const fetched = (name: string) => (outputs[name] as Ort.Tensor).data as Float32Array;
    cache.replace(
      cacheNames(this.shape, 'present').map((name) => fetched(name)),
      total,
    );
    logits.set(fetched('logits'));
    fetched('logits').fill(0);
  }

  #feeds(cache: FetchedCache, ids: BigInt64Array, kept: number): Record<string, Ort.Tensor> {
    const { Tensor } = this.#ort;
    const total = cache.length + ids.length;
    const feeds: Record<string, Ort.Tensor> = {
      input_ids: new Tensor('int64', ids, [1, ids.length]),
      attention_mask: new Tensor('int64', new BigInt64Array(total).fill(1n), [1, total]),
      num_logits_to_keep: new Tensor('int64', BigInt64Array.of(BigInt(kept)), []),
    };
    const dims = [1, this.shape.kvHeads, cache.length, this.shape.headSize];
    for (const [i, name] of cacheNames(this.shape, 'past_key_values').entries()) {
      feeds[name] = new Tensor('float32', cache.arrays[i]!, dims);
    }
    return feeds;
  }

  #own(cache: KvCache): FetchedCache {
    if (this.#closed || !(cache instanceof FetchedCache) || !this.#inUse.has(cache) || cache.wiped) {
      throw new EngineError('engine-bad-request', 'The cache has been wiped or is of another backend.');
    }
    return cache;
  }
}

function cacheNames({ layers }: ModelShape, prefix: 'past_key_values' | 'present'): string[] {
  return Array.from({ length: 2 * layers }, (_, i) => `${prefix}.${i >> 1}.${i % 2 ? 'value' : 'key'}`);
}
