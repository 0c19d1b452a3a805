/** What a verifier accepts of a genuine quote. Strict where nothing is said; what could be lax has no default. */
import { AttestationError } from '../../error.js';

const MEASUREMENT_BYTES = 48;
const RTMRS = 4;

/** One release: its MRTD, and for each RTMR the values that it may have with that MRTD. */
export interface TdMeasurement {
  readonly mrTd: Uint8Array;
  readonly rtmrs: readonly [AcceptedValues, AcceptedValues, AcceptedValues, AcceptedValues];
}

/** 48-byte values, any of which is accepted; at least one. */
export type AcceptedValues = readonly Uint8Array[];

/** Debugging, migration, performance monitoring and service TDs are never accepted; sept-ve-disable is always required. */
export interface TdxPolicy {
  /** The accepted releases; at least one. */
  readonly measurements: readonly TdMeasurement[];
  /** The accepted TDX modules by their measurement; or any that Intel's TCB info covers, said in so many words. */
  readonly mrSeam: AcceptedValues | 'any-that-intel-lists';
  /** Whether the TD must have supervisor protection keys, or must not. */
  readonly pks: boolean;
  /** Whether the TD must have Key Locker, or must not. */
  readonly keyLocker: boolean;
  /** The exact XFAM, the CPU features that the TD may use; or any that a TDX module allows, said in so many words. */
  readonly xfam: bigint | 'any-that-the-module-allows';
  /** MRCONFIGID, MROWNER, MROWNERCONFIG: only zeros, unless values are listed. */
  readonly mrConfigId?: AcceptedValues;
  readonly mrOwner?: AcceptedValues;
  readonly mrOwnerConfig?: AcceptedValues;
  readonly tcb: TdxTcbPolicy;
  /** Whether the boot event log must come with the quote. One that comes must replay to the RTMRs in any case. */
  readonly eventLog: 'required' | 'if-present';
}

/** A machine must be UpToDate; the only exception is the one named here. */
export interface TdxTcbPolicy {
  /**
   * Advisories whose software hardening the release is known to have: with them, and no others open, a machine that is
   * `SWHardeningNeeded` is accepted. Empty for none.
   */
  readonly hardenedAgainst: readonly string[];
  /** The least `tcbEvaluationDataNumber`: older collateral, though still signed and current, is refused. */
  readonly minimumEvaluation: number;
  /** How old collateral may be, in seconds; Intel's own limit is 30 days. */
  readonly maximumCollateralAge: number;
}

/**
 * Refuses a policy that could accept nothing, or anything by mistake.
 *
 * @throws AttestationError `policy-invalid`
 */
export function requireTdxPolicy({ measurements, mrSeam, tcb, ...rest }: TdxPolicy): void {
  if (measurements.length === 0) invalid('the policy accepts no measurement; name at least one');
  for (const { mrTd, rtmrs } of measurements) {
    requireValues('MRTD', [mrTd]);
    if (rtmrs.length !== RTMRS) invalid(`a measurement names ${rtmrs.length} RTMRs instead of ${RTMRS}`);
    rtmrs.forEach((values, i) => {
      requireValues(`RTMR${i}`, values);
    });
  }
  if (mrSeam !== 'any-that-intel-lists') requireValues('MRSEAM', mrSeam);
  if (rest.mrConfigId) requireValues('MRCONFIGID', rest.mrConfigId);
  if (rest.mrOwner) requireValues('MROWNER', rest.mrOwner);
  if (rest.mrOwnerConfig) requireValues('MROWNERCONFIG', rest.mrOwnerConfig);
  if (!Number.isInteger(tcb.minimumEvaluation) || tcb.minimumEvaluation < 0) {
    invalid('the least evaluation number is not a whole number of 0 or more');
  }
  if (!(tcb.maximumCollateralAge > 0)) invalid('the greatest age of collateral is not above 0 seconds');
}

function requireValues(name: string, values: AcceptedValues): void {
  if (values.length === 0) invalid(`the policy accepts no ${name}; name at least one`);
  if (values.some((value) => value.length !== MEASUREMENT_BYTES)) {
    invalid(`${name} of the policy is not ${MEASUREMENT_BYTES} bytes`);
  }
}

function invalid(message: string): never {
  throw new AttestationError('policy-invalid', message);
}
