import { EngineError } from '../error.js';
import type { OrtApi, Pointer } from './native.js';

// Constants of onnxruntime_c_api.h.
const LOGGING_LEVEL_FATAL = 4;
const DEVICE_ALLOCATOR = 0;
const ARENA_ALLOCATOR = 1;
const MEMORY_DEFAULT = 0;
const FLOAT = 1;
const INT64 = 7;
const NO_LIMIT = 0;
const EXTEND_AS_REQUESTED = 1;
const RUNTIME_CHOOSES = -1;

export interface SessionOptions {
  readonly threads: number;
  /** Whether the runtime keeps the memory of its activations for ever, or until a run that says `give-back`. */
  readonly keepMemory: boolean;
}

/** A loaded graph, and the few things that can be done with it. Owns all that the runtime makes for it. */
export class OrtSession {
  readonly #api: OrtApi;
  readonly #environment: Pointer;
  readonly #session: Pointer;
  readonly #memory: Pointer;
  readonly #returning: Pointer;

  /** @throws EngineError `engine-load-failed` */
  constructor(api: OrtApi, graphPath: string, options: SessionOptions) {
    this.#api = api;
    // Only what ends the process may be logged: everything else could tell about content.
    this.#environment = api.create('CreateEnv', LOGGING_LEVEL_FATAL, 'sotto');
    this.#memory = api.create('CreateCpuMemoryInfo', DEVICE_ALLOCATOR, MEMORY_DEFAULT);
    try {
      if (!options.keepMemory) createArena(api, this.#environment);
      this.#session = createSession(api, this.#environment, graphPath, options);
    } catch (cause) {
      api.release('MemoryInfo', this.#memory);
      api.release('Env', this.#environment);
      throw loadFailed(graphPath, cause);
    }
    this.#returning = api.create('CreateRunOptions');
    api.call('AddRunConfigEntry', this.#returning, 'memory.enable_memory_arena_shrinkage', 'cpu:0');
  }

  /** A tensor over memory that stays the caller's, who has to keep it referenced until `releaseTensor`. */
  tensor(data: Float32Array | BigInt64Array, shape: readonly number[]): Pointer {
    const type = data instanceof Float32Array ? FLOAT : INT64;
    const dims = BigInt64Array.from(shape, BigInt);
    return this.#api.create(
      'CreateTensorWithDataAsOrtValue',
      this.#memory,
      data,
      data.byteLength,
      dims,
      dims.length,
      type,
    );
  }

  releaseTensor(tensor: Pointer): void {
    this.#api.release('Value', tensor);
  }

  /** An empty binding: which tensors a run reads and writes. */
  createBinding(): Pointer {
    return this.#api.create('CreateIoBinding', this.#session);
  }

  bindInput(binding: Pointer, name: string, tensor: Pointer): void {
    this.#api.call('BindInput', binding, name, tensor);
  }

  bindOutput(binding: Pointer, name: string, tensor: Pointer): void {
    this.#api.call('BindOutput', binding, name, tensor);
  }

  releaseBinding(binding: Pointer): void {
    this.#api.release('IoBinding', binding);
  }

  /** Runs beside the event loop. @throws EngineError `engine-run-failed` */
  run(binding: Pointer): Promise<void> {
    return this.#api.callAsync('RunWithBinding', this.#session, null, binding);
  }

  /**
   * Runs on this very thread, which saves two changes of threads.
   * @param after `give-back` frees the memory of all activations behind it
   * @throws EngineError `engine-run-failed`
   */
  runInline(binding: Pointer, after: 'keep' | 'give-back' = 'keep'): void {
    this.#api.call('RunWithBinding', this.#session, after === 'keep' ? null : this.#returning, binding);
  }

  close(): void {
    this.#api.release('RunOptions', this.#returning);
    this.#api.release('MemoryInfo', this.#memory);
    this.#api.release('Session', this.#session);
    this.#api.release('Env', this.#environment);
  }
}

/**
 * The arena that the session's activations live in. It takes memory piece by piece, because of a larger block it would
 * keep the rest, and the first one altogether, when it gives memory back.
 */
function createArena(api: OrtApi, environment: Pointer): void {
  const memory = api.create('CreateCpuMemoryInfo', ARENA_ALLOCATOR, MEMORY_DEFAULT);
  const configuration = api.create(
    'CreateArenaCfg',
    NO_LIMIT,
    EXTEND_AS_REQUESTED,
    RUNTIME_CHOOSES,
    RUNTIME_CHOOSES,
  );
  try {
    api.call('CreateAndRegisterAllocator', environment, memory, configuration);
  } finally {
    api.release('ArenaCfg', configuration);
    api.release('MemoryInfo', memory);
  }
}

function createSession(api: OrtApi, environment: Pointer, path: string, options: SessionOptions): Pointer {
  const native = api.create('CreateSessionOptions');
  try {
    api.call('SetSessionLogSeverityLevel', native, LOGGING_LEVEL_FATAL);
    api.call('SetIntraOpNumThreads', native, options.threads);
    if (!options.keepMemory) {
      api.call('AddSessionConfigEntry', native, 'session.use_env_allocators', '1');
      // A weight beside them would keep activations in place.
      api.call('AddSessionConfigEntry', native, 'session.use_device_allocator_for_initializers', '1');
      api.call('DisableMemPattern', native);
    }
    return api.create('CreateSession', environment, path, native);
  } finally {
    api.release('SessionOptions', native);
  }
}

/** What both backends throw when the graph cannot be opened. */
export function loadFailed(graphPath: string, cause: unknown): EngineError {
  return new EngineError(
    'engine-load-failed',
    `The model graph ${graphPath} cannot be loaded: import the model again.`,
    { cause },
  );
}
