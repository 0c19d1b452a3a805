/** The rules of the policy about the guest. Each returns a line about what it found, or throws its code. */
import { bytesToHex } from '@noble/hashes/utils.js';
import { sameBytes } from '../../bytes.js';
import { AttestationError, type AttestationErrorCode } from '../../error.js';
import type { EndorsementIdentity } from '../endorsement.js';
import type { VerifiedReport } from '../verify.js';
import { DEFAULT_GUEST_RULES, type SnpPolicy } from './policy.js';

/**
 * A VLEK tells the cloud provider, not the chip: it is accepted only where the policy says so.
 *
 * @throws AttestationError `policy-signing-key`, `policy-cloud-provider`
 */
export function requireSigningKey(identity: EndorsementIdentity, { vlek }: SnpPolicy): string {
  if (identity.kind === 'vcek') return 'VCEK, the key of this chip';
  if (!vlek) fail('policy-signing-key', "the report is signed by a VLEK, not by its chip's own VCEK");
  const { cspId } = identity;
  if (!vlek.cloudProviders.includes(cspId)) {
    fail('policy-cloud-provider', `the VLEK is of ${cspId}, which is not among the accepted cloud providers`);
  }
  return `VLEK of ${cspId}`;
}

/** The host must not be able to read the guest's memory for debugging. @throws AttestationError `policy-debug` */
export function requireNoDebug({ policy }: VerifiedReport): string {
  if (policy.debug) {
    fail('policy-debug', 'the guest was launched with debugging allowed: its host can read it');
  }
  return 'debugging is off';
}

/**
 * No agent may move the guest, with its memory, to another machine.
 *
 * @throws AttestationError `policy-migration-agent`
 */
export function requireNoMigration({ policy }: VerifiedReport): string {
  if (policy.migrateMa) {
    fail('policy-migration-agent', 'the guest may be associated with a migration agent');
  }
  return 'no migration agent';
}

/**
 * The report must come from the most privileged level, below which our software runs alone.
 *
 * @throws AttestationError `policy-vmpl`
 */
export function requireVmpl0({ vmpl }: VerifiedReport): string {
  if (vmpl !== 0) fail('policy-vmpl', `the report was requested at VMPL ${vmpl}, not 0`);
  return 'VMPL 0';
}

/**
 * The guest policy must be as strict as ours about sockets, threads and firmware.
 *
 * @throws AttestationError `policy-single-socket`, `policy-smt`, `policy-abi`
 */
export function requireGuestPolicy({ policy }: VerifiedReport, { guest }: SnpPolicy): string {
  const { singleSocket, smt, minimumAbi } = guest ?? DEFAULT_GUEST_RULES;
  if (singleSocket === 'required' && !policy.singleSocket) {
    fail('policy-single-socket', 'the guest may run on more than one socket');
  }
  if (smt === 'forbidden' && policy.smt) {
    fail('policy-smt', 'the guest may share cores with others (simultaneous multithreading)');
  }
  const { abiMajor: major, abiMinor: minor } = policy;
  if (major < minimumAbi.major || (major === minimumAbi.major && minor < minimumAbi.minor)) {
    fail(
      'policy-abi',
      `the guest insists on ABI ${major}.${minor}, below ${minimumAbi.major}.${minimumAbi.minor}`,
    );
  }
  return `ABI ${major}.${minor}, ${policy.singleSocket ? 'one socket' : 'any sockets'}, SMT ${policy.smt ? 'on' : 'off'}`;
}

/** The launch measurement must be one of those accepted. @throws AttestationError `policy-measurement` */
export function requireMeasurement({ measurement }: VerifiedReport, { measurements }: SnpPolicy): string {
  return requireOneOf('policy-measurement', 'the launch measurement', measurement, measurements);
}

/**
 * What whoever launched the guest could choose besides the image.
 *
 * @throws AttestationError `policy-host-data`, `policy-id-key`, `policy-author-key`, `policy-guest-svn`
 */
export function requireConfiguration(report: VerifiedReport, policy: SnpPolicy): string {
  const zeros = (value: Uint8Array) => [new Uint8Array(value.length)];
  const { hostData, idKeyDigest, authorKeyDigest, guestSvn } = report;
  requireOneOf('policy-host-data', 'HOST_DATA', hostData, policy.hostData ?? zeros(hostData));
  requireOneOf('policy-id-key', 'ID_KEY_DIGEST', idKeyDigest, policy.idKeyDigests ?? zeros(idKeyDigest));
  requireOneOf(
    'policy-author-key',
    'AUTHOR_KEY_DIGEST',
    authorKeyDigest,
    policy.authorKeyDigests ?? zeros(authorKeyDigest),
  );
  const least = policy.minimumGuestSvn ?? 0;
  if (guestSvn < least) fail('policy-guest-svn', `GUEST_SVN is ${guestSvn}, must be ${least} or more`);
  return `host data, ID key and author key as listed, GUEST_SVN ${guestSvn}`;
}

function requireOneOf(
  code: AttestationErrorCode,
  name: string,
  value: Uint8Array,
  accepted: readonly Uint8Array[],
): string {
  const text = bytesToHex(value);
  if (!accepted.some((candidate) => sameBytes(candidate, value))) {
    fail(code, `${name} ${text} is none of the accepted ones`);
  }
  return text;
}

function fail(code: AttestationErrorCode, message: string): never {
  throw new AttestationError(code, message);
}
