import { AttestationError, type AttestationErrorCode } from './error.js';
import type { TcbAssessment } from './tdx/collateral/status.js';
import type { BootEvent, Rtmrs } from './tdx/eventlog/event.js';

/** The names of the checks, in the order in which a verdict lists them. */
export type CheckName =
  | 'certificate'
  | 'evidence'
  | 'chain'
  | 'signature'
  // SEV-SNP only
  | 'signing-key'
  | 'guest-policy'
  | 'tcb'
  | 'debug'
  | 'migration'
  | 'vmpl'
  | 'minimum-tcb'
  | 'measurement'
  | 'binding'
  | 'freshness'
  | 'revocation'
  // TDX only
  | 'collateral'
  | 'quoting-enclave'
  | 'td-attributes'
  | 'xfam'
  | 'seam'
  | 'configuration'
  | 'event-log';

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
  /** What the evidence says it is from; `unknown` when it could not be read. */
  readonly platform: 'sev-snp' | 'tdx' | 'unknown';
  /** True when the evidence leads to the published simulated root: it protects nothing. Say so to the user. */
  readonly simulated: boolean;
  /** The launch measurement (MRTD on TDX), 48 bytes; present only when the report's signature was verified. */
  readonly measurement?: Uint8Array;
  /** TDX: the run-time measurements; present when `measurement` is. */
  readonly rtmrs?: Rtmrs;
  /** TDX: what Intel says of the machine's patch level; present when it could be judged. */
  readonly tcb?: TcbAssessment;
  /** TDX: how the machine booted; present when a log came that replays to the run-time measurements. */
  readonly bootEvents?: readonly BootEvent[];
}

/** Collects the checks of a verdict. Each one that throws an `AttestationError` has failed with its code. */
export class CheckList {
  readonly checks: Check[] = [];

  get ok(): boolean {
    return this.checks.every((check) => check.ok);
  }

  /** Takes over checks that were made elsewhere. */
  add(checks: readonly Check[]): void {
    this.checks.push(...checks);
  }

  /**
   * Runs one check.
   *
   * @param needs what an earlier check found; undefined when that failed, and then this one is not reached
   * @param body answers what it found and a line about it, or throws an `AttestationError`
   * @returns what it found; undefined when it failed
   * @throws whatever else `body` throws: that is a mistake of ours, not of the evidence
   */
  async run<Needed, Found>(
    name: CheckName,
    needs: Needed | undefined,
    body: (needed: Needed) => Promise<readonly [Found, string]> | readonly [Found, string],
  ): Promise<Found | undefined> {
    if (needs === undefined) {
      this.checks.push({ name, ok: false, code: 'not-checked', detail: 'an earlier check failed' });
      return undefined;
    }
    try {
      const [found, detail] = await body(needs);
      this.checks.push({ name, ok: true, detail });
      return found;
    } catch (error) {
      if (!(error instanceof AttestationError)) throw error;
      this.checks.push({ name, ok: false, code: error.code, detail: error.message });
      return undefined;
    }
  }
}
