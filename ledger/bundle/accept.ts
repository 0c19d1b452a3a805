/** The whole way from bytes to an entry in force: parse, verify, hold to the policy. */
import { LedgerError } from '../error.js';
import { parseBundle } from './bundle.js';
import { type LedgerPolicy, requireInForce, requireLedgerPolicy } from './policy.js';
import type { VerifiedEntry } from './verified-entry.js';
import { verifyBundle } from './verify.js';

/**
 * An entry that everybody can see, in force now. What it is about is for the caller to compare (`requireRelease` and the
 * like).
 *
 * @param bytes the bundle that came along; nothing when none did
 * @throws LedgerError with the code of the first thing that is wrong; `bundle-missing`
 */
export async function acceptBundle(
  bytes: Uint8Array | undefined,
  policy: LedgerPolicy,
  now: Date,
): Promise<VerifiedEntry> {
  if (!bytes) throw new LedgerError('bundle-missing', 'no proof came along that this is in the log');
  requireLedgerPolicy(policy);
  const verified = await verifyBundle(parseBundle(bytes), policy);
  requireInForce(verified, policy, now.getTime() / 1000);
  return verified;
}
