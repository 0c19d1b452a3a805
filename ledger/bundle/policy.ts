/** What a client accepts of a log. */
import { bytesToHex } from '@noble/hashes/utils.js';
import { equalBytes } from '../../wire/index.js';
import { LedgerError } from '../error.js';
import type { Release } from '../manifest/index.js';
import type { VerifierKey } from '../note/index.js';
import { requireKeys } from './quorum.js';
import type { VerifiedEntry } from './verified-entry.js';

export interface LedgerPolicy {
  /** The log's key; its name is the log's origin. */
  readonly log: VerifierKey;
  /** The id of a key set in the log, in hexadecimal: whom to believe first. */
  readonly keys: string;
  readonly witnesses: readonly VerifierKey[];
  /** How many of the witnesses have to have seen a checkpoint. */
  readonly quorum: number;
  /** How old the view of the log may be, in seconds. */
  readonly freshnessSeconds: number;
}

/** The measurements of a VM, as its evidence has them. */
export interface Measured {
  /** 48 bytes. */
  readonly measurement: Uint8Array;
  /** TDX: RTMR0 to RTMR3. */
  readonly rtmrs?: readonly Uint8Array[];
  /** Whether nothing but a published key vouches for it. */
  readonly simulated: boolean;
}

/** How far clocks may be apart, in seconds. */
export const SKEW_SECONDS = 300;

/**
 * Refuses a view of the log that too few witnesses have seen, or too long ago, and an entry that is not in force in it.
 *
 * @param now in seconds since 1970
 * @throws LedgerError `policy-…`, `witness-quorum`, `checkpoint-future`, `checkpoint-stale`, `entry-revoked`,
 *   `entry-not-yet-valid`, `entry-expired`, `entry-unlisted`, `entry-superseded`
 */
export function requireInForce(verified: VerifiedEntry, policy: LedgerPolicy, now: number): void {
  requireLedgerPolicy(policy);
  requireWitnessed(verified.checkpoint, policy, now);
  const { entry, state } = verified;
  const { manifest } = entry;
  if (state.revoked.includes(entry.id)) {
    throw new LedgerError('entry-revoked', `the ${manifest.type} was revoked`);
  }
  if (!('notBefore' in manifest)) return;
  if (now + SKEW_SECONDS < manifest.notBefore) {
    throw new LedgerError('entry-not-yet-valid', `the ${manifest.type} is not valid yet`);
  }
  if (now >= manifest.notAfter) throw new LedgerError('entry-expired', `the ${manifest.type} has expired`);
  if (manifest.type !== 'release') requireCurrent(verified, now);
}

/** The release that an entry is about. @throws LedgerError `entry-type` */
export function releaseOf({ entry: { manifest } }: VerifiedEntry): Release {
  if (manifest.type !== 'release') throw wrongType('release');
  return manifest;
}

/**
 * The release of this VM; refuses what is none.
 * @throws LedgerError `entry-type`, `entry-simulated`, `entry-subject`
 */
export function requireRelease(
  verified: VerifiedEntry,
  { measurement, rtmrs, simulated }: Measured,
): Release {
  const manifest = releaseOf(verified);
  if (manifest.hardware === 'simulated' && !simulated) {
    throw new LedgerError('entry-simulated', 'the release is a simulation, and the VM is none');
  }
  const measured = bytesToHex(measurement);
  const found = rtmrs
    ? manifest.tdx?.mrtd === measured && rtmrs.every((rtmr, i) => manifest.tdx?.rtmrs[i] === bytesToHex(rtmr))
    : manifest.snp.some(({ launchDigest }) => launchDigest === measured);
  if (!found) throw new LedgerError('entry-subject', "the release does not have the VM's measurement");
  return manifest;
}

/** Refuses what are not these keys of this gateway. @throws LedgerError `entry-type`, `entry-subject` */
export function requireGatewayKey({ entry }: VerifiedEntry, name: string, keyConfigs: Uint8Array): void {
  const { manifest } = entry;
  if (manifest.type !== 'gateway-key') throw wrongType('gateway-key');
  if (manifest.name === name && equalBytes(manifest.keyConfigs, keyConfigs)) return;
  throw new LedgerError('entry-subject', "the entry is not about the gateway's keys");
}

/** Refuses what is not this key of this issuer. @throws LedgerError `entry-type`, `entry-subject` */
export function requireIssuerKey({ entry }: VerifiedEntry, name: string, keyId: Uint8Array): void {
  const { manifest } = entry;
  if (manifest.type !== 'issuer-key') throw wrongType('issuer-key');
  if (manifest.name === name && manifest.keyId === bytesToHex(keyId)) return;
  throw new LedgerError('entry-subject', "the entry is not about the issuer's key");
}

/** Refuses a policy that means something else than it seems to. @throws LedgerError `policy-…` */
export function requireLedgerPolicy({ log, witnesses, quorum, freshnessSeconds }: LedgerPolicy): void {
  requireKeys(log, witnesses, quorum);
  if (!Number.isSafeInteger(freshnessSeconds) || freshnessSeconds < 1) {
    throw new LedgerError('policy-malformed', 'the freshness is no number of seconds');
  }
}

/** @throws LedgerError `witness-quorum`, `checkpoint-future`, `checkpoint-stale` */
export function requireWitnessed(
  { cosigned }: Pick<VerifiedEntry['checkpoint'], 'cosigned'>,
  { quorum, freshnessSeconds }: Pick<LedgerPolicy, 'quorum' | 'freshnessSeconds'>,
  now: number,
): void {
  if (cosigned.length < quorum) {
    throw new LedgerError(
      'witness-quorum',
      `${cosigned.length} of ${quorum} needed witnesses saw the checkpoint`,
    );
  }
  if (cosigned.some(({ time }) => time > now + SKEW_SECONDS)) {
    throw new LedgerError('checkpoint-future', 'the checkpoint was cosigned in the future: check the clock');
  }
  const fresh = cosigned.filter(({ time }) => time >= now - freshnessSeconds);
  if (fresh.length >= quorum) return;
  throw new LedgerError('checkpoint-stale', `the view of the log is older than ${freshnessSeconds} s`);
}

/**
 * One key at a time: a gateway with many could tell by the key who asks. The one before counts for as long as clocks may
 * differ about the beginning of the next.
 */
function requireCurrent({ entry, index, state }: VerifiedEntry, now: number): void {
  const { manifest } = entry;
  if (manifest.type !== 'gateway-key' && manifest.type !== 'issuer-key') return;
  const own = state.current.filter(({ type, name }) => type === manifest.type && name === manifest.name);
  if (!own.some((key) => key.index === index && key.manifest === entry.id)) {
    throw new LedgerError(
      'entry-unlisted',
      `the ${manifest.type} is not among the latest in the log's state`,
    );
  }
  const later = own.filter(
    (key) =>
      key.notBefore > manifest.notBefore || (key.notBefore === manifest.notBefore && key.index > index),
  );
  if (!later.some(({ notBefore }) => notBefore <= now - SKEW_SECONDS)) return;
  throw new LedgerError('entry-superseded', `the ${manifest.type} has been replaced by a later one`);
}

function wrongType(wanted: string): LedgerError {
  return new LedgerError('entry-type', `the entry is no ${wanted}`);
}
