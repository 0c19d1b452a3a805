/**
 * The one file that calls native code: ONNX Runtime's C API, in the very library that onnxruntime-node ships, and the
 * C library's allocator. Functions of `OrtApi` are found by their position, which onnxruntime_c_api.h promises never
 * to change ("append only"); prototypes and positions below are from that file.
 */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import koffi, { type LibraryHandle, type TypeObject } from 'koffi';
import { EngineError } from '../error.js';

/** The runtime that this code is tested with. Another one may compute other tokens, or crash. */
export const RUNTIME_VERSION = '1.30.0';
const API_VERSION = 21;

export type Pointer = bigint;
type Argument = string | number | bigint | null | Float32Array | BigInt64Array;
type Callback = (error: unknown, result: unknown) => void;
type Native = ((...args: (Argument | [Pointer | null])[]) => unknown) & {
  async: (...args: (Argument | Callback)[]) => void;
};

type Parameter = string | TypeObject | ReturnType<typeof koffi.out>;

const OBJECT = 'void *';
const CREATED = koffi.out(koffi.pointer('void *'));
const PATH = process.platform === 'win32' ? 'str16' : 'str';

/** Position in `OrtApi` and parameters of the functions that return an `OrtStatus *`. */
const statusFunctions: Readonly<Record<StatusFunction, readonly [number, ...Parameter[]]>> = {
  CreateEnv: [3, 'int', 'str', CREATED],
  CreateSession: [7, OBJECT, PATH, OBJECT, CREATED],
  CreateSessionOptions: [10, CREATED],
  DisableMemPattern: [17, OBJECT],
  DisableCpuMemArena: [19, OBJECT],
  SetSessionLogSeverityLevel: [22, OBJECT, 'int'],
  SetIntraOpNumThreads: [24, OBJECT, 'int'],
  CreateTensorWithDataAsOrtValue: [49, OBJECT, OBJECT, 'size_t', OBJECT, 'size_t', 'int', CREATED],
  CreateRunOptions: [39, CREATED],
  CreateCpuMemoryInfo: [69, 'int', 'int', CREATED],
  AddSessionConfigEntry: [130, OBJECT, 'str', 'str'],
  RunWithBinding: [133, OBJECT, OBJECT, OBJECT],
  CreateIoBinding: [134, OBJECT, CREATED],
  BindInput: [136, OBJECT, 'str', OBJECT],
  BindOutput: [137, OBJECT, 'str', OBJECT],
  CreateAndRegisterAllocator: [144, OBJECT, OBJECT, OBJECT],
  CreateArenaCfg: [156, 'size_t', 'int', 'int', 'int', CREATED],
  AddRunConfigEntry: [165, OBJECT, 'str', 'str'],
};

/** Position of the functions that release what another one created. */
const releaseFunctions = {
  Env: 92,
  Status: 93,
  MemoryInfo: 94,
  Session: 95,
  Value: 96,
  RunOptions: 97,
  SessionOptions: 100,
  IoBinding: 135,
  ArenaCfg: 157,
} as const;
const GET_ERROR_CODE = 1;
const TABLE_LENGTH = 166;

export type StatusFunction =
  | 'CreateEnv'
  | 'CreateSession'
  | 'CreateSessionOptions'
  | 'DisableMemPattern'
  | 'DisableCpuMemArena'
  | 'SetSessionLogSeverityLevel'
  | 'SetIntraOpNumThreads'
  | 'CreateTensorWithDataAsOrtValue'
  | 'CreateRunOptions'
  | 'CreateCpuMemoryInfo'
  | 'AddSessionConfigEntry'
  | 'RunWithBinding'
  | 'CreateIoBinding'
  | 'BindInput'
  | 'BindOutput'
  | 'CreateAndRegisterAllocator'
  | 'CreateArenaCfg'
  | 'AddRunConfigEntry';
export type Releasable = keyof typeof releaseFunctions;

/** The C API, with the status of every call checked. */
export interface OrtApi {
  /** @throws EngineError `engine-run-failed` */
  call(name: StatusFunction, ...args: Argument[]): void;
  /** The same on a thread of libuv's pool, so that the event loop goes on. */
  callAsync(name: StatusFunction, ...args: Argument[]): Promise<void>;
  /** Calls a function whose last parameter receives what it created, to be released by the caller. */
  create(name: StatusFunction, ...args: Argument[]): Pointer;
  release(kind: Releasable, object: Pointer): void;
}

export interface RuntimeChoice {
  /** Default: the library inside onnxruntime-node, for this platform. */
  readonly path?: string;
  readonly version?: string;
  readonly apiVersion?: number;
}

/**
 * Opens the runtime and refuses any but the pinned one. Can be called from several threads of a process: they share
 * the library.
 * @throws EngineError `engine-wrong-runtime`
 */
export function openRuntime(choice: RuntimeChoice = {}): OrtApi {
  const { path = packagedLibrary(), version = RUNTIME_VERSION, apiVersion = API_VERSION } = choice;
  const [getApi, getVersion] = apiBase(path);
  const found = (koffi.decode(getVersion, koffi.proto('str', [])) as Native)();
  if (found !== version) {
    throw wrongRuntime(`ONNX Runtime ${String(found)} was found, but this code needs ${version}`);
  }
  const table = (koffi.decode(getApi, koffi.proto(OBJECT, ['uint32_t'])) as Native)(apiVersion);
  if (table === null) throw wrongRuntime(`ONNX Runtime does not offer version ${apiVersion} of its C API`);
  return checkedApi(koffi.decode(table, koffi.array(OBJECT, TABLE_LENGTH)) as Pointer[]);
}

function wrongRuntime(what: string, cause?: unknown): EngineError {
  return new EngineError('engine-wrong-runtime', `${what}: reinstall with "npm ci".`, { cause });
}

function packagedLibrary(): string {
  const root = dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json'));
  const file = {
    linux: 'libonnxruntime.so.1',
    darwin: `libonnxruntime.${RUNTIME_VERSION}.dylib`,
    win32: 'onnxruntime.dll',
  }[process.platform as string];
  return join(root, 'bin', 'napi-v6', process.platform, process.arch, file ?? 'none');
}

/**
 * Libraries that were loaded. koffi unloads one whose handle is collected, and functions found in it by address would then
 * lead nowhere; the runtime's own threads may hold it open, but with a single thread there are none.
 */
const loaded: LibraryHandle[] = [];

/**
 * Loads a library, the first one with larger stacks: koffi runs a call on a stack of its own, by default one of 128 KiB
 * for asynchronous calls, too small for the runtime's matrix kernels. Resident stacks would stay mapped between calls
 * with whatever the kernels left there, so there are none. The one of synchronous calls stays, and is scrubbed.
 */
function load(path: string): LibraryHandle {
  if (loaded.length === 0)
    koffi.config({ sync_stack_size: 4 << 20, async_stack_size: 4 << 20, resident_async_pools: 0 });
  const library = koffi.load(path);
  loaded.push(library);
  return library;
}

/** The two functions of `OrtApiBase`: GetApi and GetVersionString. */
function apiBase(path: string): [Pointer, Pointer] {
  if (!existsSync(path)) throw wrongRuntime(`There is no ONNX Runtime at ${path}`);
  try {
    const base = (load(path).func('OrtGetApiBase', OBJECT, []) as Native)();
    return koffi.decode(base, koffi.array(OBJECT, 2)) as [Pointer, Pointer];
  } catch (cause) {
    throw wrongRuntime(`${path} is not an ONNX Runtime that can be loaded here`, cause);
  }
}

function checkedApi(table: readonly Pointer[]): OrtApi {
  const bind = (position: number, result: string, parameters: readonly Parameter[]) =>
    koffi.decode(table[position], koffi.proto(result, [...parameters])) as Native;
  const bound = {} as Record<StatusFunction, Native>;
  for (const [name, [position, ...parameters]] of Object.entries(statusFunctions)) {
    bound[name as StatusFunction] = bind(position, OBJECT, parameters as Parameter[]);
  }
  const releases = {} as Record<Releasable, Native>;
  for (const [kind, position] of Object.entries(releaseFunctions)) {
    releases[kind as Releasable] = bind(position, 'void', [OBJECT]);
  }
  const errorCode = bind(GET_ERROR_CODE, 'int', [OBJECT]);

  /** The runtime's own messages tell shapes, that is lengths of messages: only their number is passed on. */
  const check = (name: StatusFunction, status: unknown): void => {
    if (status === null) return;
    const code = errorCode(status as Pointer);
    releases.Status(status as Pointer);
    throw new EngineError('engine-run-failed', `ONNX Runtime refused ${name} with error ${String(code)}.`);
  };

  return {
    call: (name, ...args) => check(name, bound[name](...args)),
    callAsync: (name, ...args) =>
      new Promise((resolve, reject) => {
        bound[name].async(...args, (error, status) => {
          if (error) return reject(error);
          try {
            check(name, status);
            resolve();
          } catch (refusal) {
            reject(refusal);
          }
        });
      }),
    create(name, ...args) {
      const created: [Pointer | null] = [null];
      check(name, bound[name](...args, created));
      return created[0] as Pointer;
    },
    release: (kind, object) => void releases[kind](object),
  };
}

// Parameters of glibc's malloc.h.
const M_TRIM_THRESHOLD = -1;
const M_MMAP_THRESHOLD = -3;
const M_PERTURB = -6;
const FILL = 0xa5;

/**
 * Makes the C library overwrite whatever this process frees from now on, the runtime's activations among it. Blocks up to
 * 32 MiB stay in the heap for this, where they would otherwise go back to the kernel as they are. Not overwritten:
 * larger blocks, and those of 1 KiB and less that a thread keeps for its next allocation.
 * @returns whether this platform's C library can: glibc only
 */
export function overwriteFreedMemory(): boolean {
  if (process.platform !== 'linux') return false;
  let mallopt: Native;
  try {
    mallopt = load('libc.so.6').func('mallopt', 'int', ['int', 'int']) as Native;
  } catch {
    return false; // Another C library, musl for one: the caller is told so.
  }
  const parameters = [
    [M_MMAP_THRESHOLD, 32 << 20],
    [M_TRIM_THRESHOLD, 512 << 20],
    [M_PERTURB, FILL],
  ] as const;
  return parameters.every(([parameter, value]) => mallopt(parameter, value) === 1);
}
