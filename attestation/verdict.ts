import type { AttestationErrorCode } from './error.js';

/** The names of the checks, in the order in which a verdict lists them. */
export type CheckName =
  | 'certificate'
  | 'evidence'
  | 'chain'
  | 'signature'
  | 'tcb'
  | 'debug'
  | 'migration'
  | 'vmpl'
  | 'minimum-tcb'
  | 'measurement'
  | 'binding'
  | 'freshness';

/** One line of a verdict. A check that was not reached is not ok either, with code `not-checked`. */
export interface Check {
  readonly name: CheckName;
  readonly ok: boolean;
  /** Present exactly when `ok` is false. */
  readonly code?: AttestationErrorCode;
  /** What was found, in words for a person. */
  readonly detail: string;
}

/** The outcome of verifying one session's evidence. Use a session only when `ok` is true. */
export interface Verdict {
  /** True when every check is. */
  readonly ok: boolean;
  readonly checks: readonly Check[];
  readonly platform: 'sev-snp' | 'tdx';
  /** True when the evidence leads to the published simulated root: it protects nothing. Say so to the user. */
  readonly simulated: boolean;
  /** The launch measurement, 48 bytes; present only when the report's signature was verified. */
  readonly measurement?: Uint8Array;
}
