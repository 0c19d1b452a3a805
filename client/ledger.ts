/** What a client makes of the log: refusals as errors of ours. */
import type { Verdict } from '../attestation/index.js';
import {
  acceptBundle,
  LedgerError,
  type LedgerPolicy,
  requireRelease,
  type VerifiedEntry,
} from '../ledger/index.js';
import { ClientError } from './error.js';

/**
 * Accepts what is proved to be in the log, and about the right thing.
 * @param about what it has to be about; throws a LedgerError when it is not
 * @throws ClientError `ledger-refused`; `detail` is the log's code
 */
export async function requireLogged(
  bundle: Uint8Array | undefined,
  policy: LedgerPolicy,
  now: Date,
  about: (entry: VerifiedEntry) => void,
): Promise<VerifiedEntry> {
  try {
    const entry = await acceptBundle(bundle, policy, now);
    about(entry);
    return entry;
  } catch (cause) {
    if (!(cause instanceof LedgerError)) throw cause;
    throw new ClientError(
      'ledger-refused',
      `What the log shows was not accepted, and nothing was sent: ${cause.message}.`,
      { detail: cause.code, cause },
    );
  }
}

/** Accepts a VM whose release is in the log. @throws ClientError `ledger-refused` */
export async function requireLoggedRelease(
  bundle: Uint8Array | undefined,
  policy: LedgerPolicy,
  now: Date,
  { measurement = new Uint8Array(0), rtmrs, simulated }: Verdict,
): Promise<void> {
  const measured = { measurement, simulated, ...(rtmrs ? { rtmrs } : {}) };
  await requireLogged(bundle, policy, now, (entry) => requireRelease(entry, measured));
}
