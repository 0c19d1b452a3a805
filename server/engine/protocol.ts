/** What the HTTP thread and the engine's worker say to each other. Neither plaintext nor keys are among it. */
import type { ModelErrorCode } from '../../model/index.js';
import type { KemId } from '../../wire/index.js';

/** What the worker is started with. */
export interface EngineOptions {
  readonly packDir: string;
  /** `ffi` is fast, `package` runs on any platform that onnxruntime-node supports. */
  readonly backend: 'ffi' | 'package';
  readonly threads: number;
  readonly taskMs: number;
  readonly cadenceMs: number;
}

export type ToEngine =
  | { readonly kind: 'open'; readonly call: number; readonly kem: KemId }
  | { readonly kind: 'forget'; readonly session: string }
  | { readonly kind: 'run'; readonly session: string; readonly message: Uint8Array }
  | { readonly kind: 'abort'; readonly session: string }
  | { readonly kind: 'close' };

export type FromEngine =
  | { readonly kind: 'ready'; readonly ready: EngineReady }
  /** It can't start. The message is one of ours about files and the runtime. */
  | { readonly kind: 'failed'; readonly code: ModelErrorCode | 'engine-failed'; readonly message: string }
  | {
      readonly kind: 'opened';
      readonly call: number;
      readonly session: string;
      readonly keyConfig: Uint8Array;
    }
  /** The sealed request did not open; the session is over. */
  | { readonly kind: 'refused'; readonly session: string; readonly code: string }
  /** A piece of the sealed answer. */
  | { readonly kind: 'chunk'; readonly session: string; readonly bytes: Uint8Array }
  /** The answer is complete, or given up; every trace of it is wiped. */
  | { readonly kind: 'finished'; readonly session: string; readonly report: RunReport };

export interface EngineReady {
  readonly name: string;
  readonly bits: number;
  /** SHA-256 of the pack's manifest. */
  readonly digest: Uint8Array;
  readonly loadMs: number;
  readonly threads: number;
}

/** What may be counted of a run. */
export interface RunReport {
  readonly outcome: 'done' | 'error' | 'aborted' | 'refused';
  readonly stats?: {
    readonly promptTokens: number;
    readonly outputTokens: number;
    readonly prefillMs: number;
    readonly decodeMs: number;
  };
}
