/** What a client makes of the log: refusals as errors of ours. */
import type { Verdict } from '../attestation/index.js';
import {
  acceptBundle,
  LedgerError,
  type LedgerPolicy,
  type Release,
  releaseOf,
  requireLedgerPolicy,
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
    throw refusal(cause);
  }
}

/** Refuses a policy that no log could meet, before anybody is asked. @throws ClientError `ledger-refused` */
export function requireUsableLedger(policy: LedgerPolicy): void {
  try {
    requireLedgerPolicy(policy);
  } catch (cause) {
    throw refusal(cause);
  }
}

function refusal(cause: unknown): unknown {
  if (!(cause instanceof LedgerError)) return cause;
  return new ClientError(
    'ledger-refused',
    `What the log shows was not accepted, and nothing was sent: ${cause.message}.`,
    { detail: cause.code, cause },
  );
}

/** A release in force that a VM shows the log's proof of, whatever it measures. */
export interface ShownRelease {
  readonly release: Release;
  readonly entry: VerifiedEntry;
}

/** @throws ClientError `ledger-refused` */
export function shownRelease(
  bundle: Uint8Array | undefined,
  policy: LedgerPolicy,
  now: Date,
): Promise<ShownRelease> {
  return requireLogged(bundle, policy, now, (entry) => ({ release: releaseOf(entry), entry }));
}

/** What the log shows of the software that a machine runs: a release, where it is written, and who has seen it there. */
export interface LoggedRelease {
  /** As its maintainers signed it. */
  readonly version: string;
  /** SHA-256 of the manifest's canonical JSON, in hexadecimal. */
  readonly id: string;
  /** The log's name. */
  readonly origin: string;
  /** The entry's place in the log, and how many entries the log had. */
  readonly index: number;
  readonly size: number;
  /** The policy's witnesses that cosigned the log at that size, and when, in seconds since 1970. */
  readonly witnesses: readonly { readonly name: string; readonly time: number }[];
}

/** Accepts a VM whose release it is. @throws ClientError `ledger-refused` */
export function requireLoggedRelease(
  { entry }: ShownRelease,
  { measurement = new Uint8Array(0), rtmrs, simulated }: Verdict,
): LoggedRelease {
  try {
    const { version } = requireRelease(entry, { measurement, simulated, ...(rtmrs ? { rtmrs } : {}) });
    const { origin, size, cosigned } = entry.checkpoint;
    const witnesses = cosigned.map(({ witness, time }) => ({ name: witness.name, time }));
    return { version, id: entry.entry.id, origin, index: entry.index, size, witnesses };
  } catch (cause) {
    throw refusal(cause);
  }
}
