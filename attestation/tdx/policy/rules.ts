/** The rules of the policy about the TD itself. Each returns a line about what it found, or throws its code. */
import { bytesToHex } from '@noble/hashes/utils.js';
import { sameBytes } from '../../bytes.js';
import { AttestationError, type AttestationErrorCode } from '../../error.js';
import type { VerifiedQuote } from '../verify/index.js';
import type { AcceptedValues, TdMeasurement, TdxPolicy } from './policy.js';

/** ATTRIBUTES bits 0 to 7, "TUD": any of them puts the TD under debug. */
const ATTRIBUTES_TUD = 0xffn;
/** sept-ve-disable, PKS and Key Locker: the bits that have rules of their own. */
const ATTRIBUTES_RULED = (1n << 28n) | (1n << 30n) | (1n << 31n);
/** XFAM: x87 and SSE are always on; above those only these may be (TDX Module ABI, "XFAM"). */
const XFAM_FIXED_1 = 0x3n;
const XFAM_FIXED_0 = 0x6dbe7n;
const ZEROS: AcceptedValues = [new Uint8Array(48)];

/** @throws AttestationError `policy-debug` */
export function requireNoDebug({ attributes }: VerifiedQuote): string {
  if ((attributes.bits & ATTRIBUTES_TUD) !== 0n)
    fail('policy-debug', 'the TD is under debug: its host can read it');
  return 'debug off';
}

/** @throws AttestationError `policy-sept-ve`, `policy-pks`, `policy-key-locker`, `policy-td-attributes` */
export function requireAttributes({ attributes }: VerifiedQuote, { pks, keyLocker }: TdxPolicy): string {
  if (!attributes.septVeDisable) {
    fail('policy-sept-ve', 'sept-ve-disable is off: the host could inject exceptions by taking pages away');
  }
  if (attributes.pks !== pks) {
    fail('policy-pks', `supervisor protection keys are ${onOff(attributes.pks)}, must be ${onOff(pks)}`);
  }
  if (attributes.keyLocker !== keyLocker) {
    fail('policy-key-locker', `Key Locker is ${onOff(attributes.keyLocker)}, must be ${onOff(keyLocker)}`);
  }
  const other = attributes.bits & ~ATTRIBUTES_RULED & ~ATTRIBUTES_TUD;
  if (other !== 0n) {
    fail(
      'policy-td-attributes',
      `attributes 0x${other.toString(16)} (migration, monitoring or unknown) are set`,
    );
  }
  return `sept-ve-disable on, PKS ${onOff(pks)}, Key Locker ${onOff(keyLocker)}, nothing else`;
}

/** @throws AttestationError `policy-xfam` */
export function requireXfam({ xfam }: VerifiedQuote, policy: TdxPolicy): string {
  const text = `0x${xfam.toString(16)}`;
  if ((xfam & XFAM_FIXED_1) !== XFAM_FIXED_1 || (xfam & ~XFAM_FIXED_0) !== 0n) {
    fail('policy-xfam', `XFAM ${text} is none that a TDX module allows`);
  }
  if (policy.xfam !== 'any-that-the-module-allows' && xfam !== policy.xfam) {
    fail('policy-xfam', `XFAM is ${text}, must be 0x${policy.xfam.toString(16)}`);
  }
  return `XFAM ${text}`;
}

/** @throws AttestationError `policy-seam-attributes`, `policy-mrseam` */
export function requireSeam({ seamAttributes, mrSeam }: VerifiedQuote, policy: TdxPolicy): string {
  if (seamAttributes !== 0n) fail('policy-seam-attributes', 'the TDX module is not a production module');
  if (policy.mrSeam === 'any-that-intel-lists') return "production module of Intel's list";
  return requireOneOf('policy-mrseam', 'MRSEAM', mrSeam, policy.mrSeam);
}

/**
 * MRTD and all RTMRs must be of one release: values of two releases do not add up to a third.
 *
 * @throws AttestationError `policy-measurement`, `policy-rtmr`
 */
export function requireMeasurement({ mrTd, rtmrs }: VerifiedQuote, { measurements }: TdxPolicy): string {
  let candidates: readonly TdMeasurement[] = measurements.filter((release) => sameBytes(release.mrTd, mrTd));
  if (candidates.length === 0) fail('policy-measurement', `MRTD ${hex(mrTd)} is of no accepted release`);
  for (const [i, rtmr] of rtmrs.entries()) {
    candidates = candidates.filter((release) =>
      release.rtmrs[i]!.some((accepted) => sameBytes(accepted, rtmr)),
    );
    if (candidates.length === 0) fail('policy-rtmr', `RTMR${i} ${hex(rtmr)} is not of the release of MRTD`);
  }
  return `MRTD ${hex(mrTd)} and RTMR0 to 3 are of an accepted release`;
}

/**
 * What the host configured: identities that it may choose, and service TDs.
 *
 * @throws AttestationError `policy-config-id`, `policy-owner`, `policy-owner-config`, `policy-service-td`
 */
export function requireConfiguration(quote: VerifiedQuote, policy: TdxPolicy): string {
  requireOneOf('policy-config-id', 'MRCONFIGID', quote.mrConfigId, policy.mrConfigId ?? ZEROS);
  requireOneOf('policy-owner', 'MROWNER', quote.mrOwner, policy.mrOwner ?? ZEROS);
  requireOneOf('policy-owner-config', 'MROWNERCONFIG', quote.mrOwnerConfig, policy.mrOwnerConfig ?? ZEROS);
  if (quote.td15) requireOneOf('policy-service-td', 'MRSERVICETD', quote.td15.mrServiceTd, ZEROS);
  return 'MRCONFIGID, MROWNER, MROWNERCONFIG as listed, no service TD';
}

function requireOneOf(
  code: AttestationErrorCode,
  name: string,
  value: Uint8Array,
  accepted: AcceptedValues,
): string {
  if (!accepted.some((candidate) => sameBytes(candidate, value))) {
    fail(code, `${name} ${hex(value)} is not among the accepted`);
  }
  return `${name} ${hex(value)}`;
}

/** The beginning is enough for a person to tell values apart. */
function hex(bytes: Uint8Array): string {
  const digits = bytesToHex(bytes);
  return digits.length > 16 ? `${digits.slice(0, 16)}…` : digits;
}

function onOff(on: boolean): string {
  return on ? 'on' : 'off';
}

function fail(code: AttestationErrorCode, message: string): never {
  throw new AttestationError(code, message);
}
