import { AttestationError } from '../error.js';
import type { Evidence } from '../evidence.js';

/** TSM_INBLOB_MAX; SEV-SNP and TDX use all of it as report data. */
const INBLOB_BYTES = 64;

/**
 * One report of a TSM (Trusted Security Module), as configfs-tsm names its parts. The kernel's has neither collateral nor
 * event log: the server staples them.
 */
export interface TsmReport extends Evidence {
  /** The entry's write count after `inblob` was written; the same before and after reading. */
  readonly generation: number;
}

/** Where reports come from: the kernel's configfs-tsm, or its simulation. */
export interface Tsm {
  /** What kind of TSM this is, for logs: `configfs` or `simulated`. A report names the platform's driver itself. */
  readonly provider: string;
  /**
   * Asks for a report over 64 bytes of report data.
   *
   * @throws AttestationError `tsm-bad-input`, `tsm-unavailable`, `tsm-busy`, `tsm-interfered`, `tsm-failed`;
   *   the signal's reason when aborted
   */
  report(inblob: Uint8Array, signal?: AbortSignal): Promise<TsmReport>;
}

/**
 * Refuses report data of another length.
 *
 * @throws AttestationError `tsm-bad-input`
 */
export function requireInblob(inblob: Uint8Array): void {
  if (inblob.length !== INBLOB_BYTES) {
    throw new AttestationError(
      'tsm-bad-input',
      `report data has ${INBLOB_BYTES} bytes, not ${inblob.length}`,
    );
  }
}
