import type { Entry, LedgerState } from '../manifest/index.js';
import type { VerifiedCheckpoint } from '../note/index.js';

/** An entry that the log holds at that place, with signatures of those whose business it is. */
export interface VerifiedEntry {
  readonly entry: Entry;
  readonly index: number;
  readonly checkpoint: VerifiedCheckpoint;
  readonly state: LedgerState;
}
