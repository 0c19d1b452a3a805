/** What a client makes of the log: refusals as errors of ours. */
import type { Verdict } from '../attestation/index.js';
import {
  acceptBundle,
  LedgerError,
  type LedgerPolicy,
  type Release,
  releaseOf,
  requireRelease,
  type VerifiedEntry,
} from '../ledger/index.js';
import { ClientError } from './error.js';

/**
 * Accepts what is proved to be in the log, and about the right thing.
 * @param about what it has to be about; throws a LedgerError when it is not
 * @returns what `about` makes of it
 * @throws ClientError `ledger-refused`; `detail` is the log's code
 */
export async function requireLogged<T>(
  bundle: Uint8Array | undefined,
  policy: LedgerPolicy,
  now: Date,
  about: (entry: VerifiedEntry) => T,
): Promise<T> {
  try {
    return about(await acceptBundle(bundle, policy, now));
  } catch (cause) {
    if (!(cause instanceof LedgerError)) throw cause;
    throw new ClientError(
      'ledger-refused',
      `What the log shows was not accepted, and nothing was sent: ${cause.message}.`,
      { detail: cause.code, cause },
    );
  }
}

/** The release that a VM shows the log's proof of, whatever it is. @throws ClientError `ledger-refused` */
export function loggedRelease(
  bundle: Uint8Array | undefined,
  policy: LedgerPolicy,
  now: Date,
): Promise<Release> {
  return requireLogged(bundle, policy, now, releaseOf);
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
