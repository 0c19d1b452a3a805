/** What a client holds a machine to: measurements that it names, or those of the release that a log shows. */
import { hexToBytes } from '@noble/hashes/utils.js';
import {
  type AttestationPolicy,
  DEFAULT_MINIMUM_TCB,
  requirePolicy,
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

/** A policy about evidence that leaves the measurements to the log. */
export interface LoggedPolicy extends Omit<SnpPolicy, 'measurements'> {
  readonly measurements: 'logged';
  /** What is accepted of a TDX quote besides the measurement; no TDX guest is accepted without it. */
  readonly tdx?: Omit<TdxPolicy, 'measurements'>;
}

export function isLogged(trust: MachineTrust): trust is LoggedTrust & Pick<MachineTrust, 'roots'> {
  return trust.policy.measurements === 'logged';
}

/** What larger options say of trust. */
export function trustOf(options: MachineTrust): MachineTrust {
  const roots = options.roots ? { roots: options.roots } : {};
  if (isLogged(options)) return { policy: options.policy, ledger: options.ledger, ...roots };
  return { policy: options.policy, ledger: options.ledger, ...roots };
}

/**
 * Refuses what would accept any software, or none, before anything is sent.
 *
 * @throws ClientError `ledger-missing`, `ledger-refused` (a ledger's policy that means something else than it seems to)
 * @throws AttestationError `policy-invalid`
 */
export function requireTrust(trust: MachineTrust): void {
  const { ledger } = trust as Partial<LoggedTrust>;
  if (!isLogged(trust)) requirePolicy(trust.policy);
  else if (!ledger) {
    throw new ClientError(
      'ledger-missing',
      'The policy leaves the measurements to a log, and there is none: give `ledger`, or name the measurements.',
    );
  }
  if (ledger) requireUsableLedger(ledger);
}

/**
 * The policy with the measurements of a release in place. The release's minimum TCB counts beside the policy's own: the
 * higher of the two, part by part.
 *
 * @throws ClientError `ledger-refused` when the release measures no platform that the policy accepts
 */
export function pinnedTo(
  { measurements: _, tdx, ...snp }: LoggedPolicy,
  release: Release,
): AttestationPolicy {
  const measurements = release.snp.map(({ launchDigest }) => hexToBytes(launchDigest));
  if (measurements.length === 0 && !(tdx && release.tdx)) {
    throw new ClientError(
      'ledger-refused',
      'The release of the log measures no platform that the policy accepts: nothing was sent.',
      { detail: 'entry-subject' },
    );
  }
  return {
    ...snp,
    measurements,
    minimumTcb: { ...snp.minimumTcb, ...raised(snp.minimumTcb, release) },
    ...(tdx && release.tdx ? { tdx: { ...tdx, measurements: [tdMeasurement(release.tdx)] } } : {}),
  };
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
