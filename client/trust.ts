/** What a client holds a machine to: measurements that it names, or those of the release that a log shows. */
import { hexToBytes } from '@noble/hashes/utils.js';
import {
  type AttestationPolicy,
  DEFAULT_MINIMUM_TCB,
  isLogged,
  type LoggedPolicy,
  type LoggedTdxPolicy,
  requireRules,
  type SnpPolicy,
  type SnpProduct,
  type TcbMinima,
  type TcbVersion,
  type TdxPolicy,
  type TrustRoots,
} from '../attestation/index.js';
import type { LedgerPolicy, Release, TdxMeasurement } from '../ledger/index.js';
import { ClientError } from './error.js';
import { requireUsableLedger } from './ledger.js';

/** Measurements that the client's own release names. */
export interface PinnedTrust {
  /** What is accepted of genuine evidence. */
  readonly policy: AttestationPolicy;
  /** The log that the release has to be in, too. */
  readonly ledger?: LedgerPolicy | undefined;
}

/** Measurements of whatever release the log shows to be in force: the client stays as it is when there is a new one. */
export interface LoggedTrust {
  readonly policy: LoggedPolicy;
  readonly ledger: LedgerPolicy;
}

/** What is accepted of a machine, and how its software is known. */
export type MachineTrust = (PinnedTrust | LoggedTrust) & {
  /** AMD's and Intel's own roots when left out. */
  readonly roots?: TrustRoots;
};

/**
 * A policy, as code or a file has it, with the log.
 *
 * @throws ClientError `ledger-missing` when the policy leaves measurements to a log, and there is none
 */
export function trustBy(
  policy: AttestationPolicy | LoggedPolicy,
  ledger: LedgerPolicy | undefined,
): PinnedTrust | LoggedTrust {
  if (!isLogged(policy)) return { policy, ledger };
  if (ledger) return { policy, ledger };
  throw ledgerMissing();
}

const ledgerMissing = () =>
  new ClientError(
    'ledger-missing',
    'The policy leaves the measurements to a log, and there is none: give `ledger`, or name the measurements.',
  );

/** What larger options say of trust. @throws ClientError `ledger-missing` */
export function trustOf({ policy, ledger, roots }: MachineTrust): MachineTrust {
  return { ...trustBy(policy, ledger), ...(roots ? { roots } : {}) };
}

/**
 * Refuses what would accept any software, or none, before anything is sent.
 *
 * @throws ClientError `ledger-missing`, `ledger-refused` (a ledger's policy that means something else than it seems to)
 * @throws AttestationError `policy-invalid`
 */
export function requireTrust(trust: MachineTrust): void {
  const { policy, ledger } = trustOf(trust);
  requireRules(policy);
  if (ledger) requireUsableLedger(ledger);
}

/**
 * The policy with the measurements of a release in place of those that it leaves to the log. The release's minimum TCB counts
 * beside the policy's own: the higher of the two, part by part.
 *
 * @param release nothing where there is no log
 * @throws ClientError `ledger-refused` when the release measures no platform that the policy accepts; `ledger-missing`
 */
export function completedBy(
  policy: AttestationPolicy | LoggedPolicy,
  release: Release | undefined,
): AttestationPolicy {
  if (!release) {
    if (isLogged(policy)) throw ledgerMissing();
    return policy;
  }
  const { measurements, tdx, ...snp } = policy;
  const digests =
    measurements === 'logged'
      ? release.snp.map(({ launchDigest }) => hexToBytes(launchDigest))
      : measurements;
  const tdxPolicy = tdx && completedTdx(tdx, release);
  if (digests.length === 0 && !tdxPolicy) {
    throw new ClientError(
      'ledger-refused',
      'The release of the log measures no platform that the policy accepts: nothing was sent.',
      { detail: 'entry-subject' },
    );
  }
  return {
    ...snp,
    measurements: digests,
    minimumTcb: { ...snp.minimumTcb, ...raised(snp.minimumTcb, release) },
    ...(tdxPolicy ? { tdx: tdxPolicy } : {}),
  };
}

function completedTdx(policy: TdxPolicy | LoggedTdxPolicy, { tdx }: Release): TdxPolicy | undefined {
  const { measurements, ...rules } = policy;
  if (measurements !== 'logged') return { ...rules, measurements };
  return tdx && { ...rules, measurements: [tdMeasurement(tdx)] };
}

function tdMeasurement({ mrtd, rtmrs }: TdxMeasurement) {
  const [rtmr0, rtmr1, rtmr2, rtmr3] = rtmrs.map((rtmr) => [hexToBytes(rtmr)]);
  return { mrTd: hexToBytes(mrtd), rtmrs: [rtmr0!, rtmr1!, rtmr2!, rtmr3!] } as const;
}

function raised(own: SnpPolicy['minimumTcb'], { minimumTcb }: Release): SnpPolicy['minimumTcb'] {
  const products = Object.entries(minimumTcb) as [SnpProduct, TcbVersion][];
  return Object.fromEntries(
    products.map(([product, least]) => {
      const before = own?.[product] ?? DEFAULT_MINIMUM_TCB[product];
      return [product, 'launch' in before ? raisedMinima(before, least) : higher(before, least)];
    }),
  );
}

function raisedMinima({ launch, reported, committed, current }: TcbMinima, least: TcbVersion): TcbMinima {
  return {
    launch: higher(launch, least),
    reported: higher(reported, least),
    committed: higher(committed, least),
    current: higher(current, least),
  };
}

function higher(a: TcbVersion, b: TcbVersion): TcbVersion {
  return {
    ...(a.fmc === undefined && b.fmc === undefined ? {} : { fmc: Math.max(a.fmc ?? 0, b.fmc ?? 0) }),
    bootLoader: Math.max(a.bootLoader, b.bootLoader),
    tee: Math.max(a.tee, b.tee),
    snp: Math.max(a.snp, b.snp),
    microcode: Math.max(a.microcode, b.microcode),
  };
}
