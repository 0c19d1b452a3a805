import { bytesToHex } from '@noble/hashes/utils.js';
import { LedgerError } from '../error.js';
import type { VerifierKey } from '../note/index.js';

/**
 * Refuses witnesses of whom two are one: a quorum of them would be fewer than it says.
 * @throws LedgerError `policy-malformed` for a key of the wrong kind, `policy-duplicate-witness`, `policy-quorum`
 */
export function requireKeys(log: VerifierKey, witnesses: readonly VerifierKey[], quorum: number): void {
  if (log.kind !== 'note' || witnesses.some(({ kind }) => kind !== 'cosignature')) {
    throw new LedgerError('policy-malformed', "a log's key has type 1, a witness's key type 4");
  }
  const keys = [log, ...witnesses].map(({ publicKey }) => bytesToHex(publicKey));
  const names = witnesses.map(({ name }) => name);
  if (new Set(keys).size !== keys.length || new Set(names).size !== names.length) {
    throw new LedgerError(
      'policy-duplicate-witness',
      'two of the witnesses, or of witnesses and log, are one',
    );
  }
  if (!Number.isInteger(quorum) || quorum < 1 || quorum > witnesses.length) {
    throw new LedgerError(
      'policy-quorum',
      `a quorum of ${quorum} cannot be had of ${witnesses.length} witnesses`,
    );
  }
}
