import { AttestationError } from './error.js';
import type { SnpProduct, TcbVersion } from './snp/abi/index.js';
import { requireTdxPolicy, type TdxPolicy } from './tdx/policy/policy.js';

const MEASUREMENT_BYTES = 48;

/** Which roots of trust a verifier accepts. AMD's product roots are always among them, and Intel's unless replaced. */
export interface TrustRoots {
  /**
   * Also accept the simulated platform, whose private key is published in this repository. It proves nothing; it
   * exists for development and tests, and only this exact name switches it on.
   */
  readonly simulated?: 'sotto-simulated';
  /**
   * DER of the roots of TDX to accept in place of Intel's, for tests of a machine that never was: the verdict then says
   * `simulated`.
   */
  readonly intel?: readonly Uint8Array[];
}

/**
 * What a verifier accepts of a genuine SEV-SNP report. Debugging, migration agents and VMPLs above 0 are never accepted.
 */
export interface SnpPolicy {
  /** The accepted launch measurements, 48 bytes each; none when no SEV-SNP guest is accepted. */
  readonly measurements: readonly Uint8Array[];
  /** The lowest acceptable TCB by product; products not named keep the default. */
  readonly minimumTcb?: { readonly [product in SnpProduct]?: TcbVersion };
}

/** What a verifier accepts, by platform; at least one of both. */
export interface AttestationPolicy extends SnpPolicy {
  /** What is accepted of a TDX quote; no TDX guest is accepted without it. */
  readonly tdx?: TdxPolicy;
}

/**
 * Refuses a policy that could accept nothing, or anything by mistake.
 *
 * @throws AttestationError `policy-invalid`
 */
export function requirePolicy({ measurements, tdx }: AttestationPolicy): void {
  if (measurements.length === 0 && !tdx) {
    throw new AttestationError('policy-invalid', 'the policy accepts no measurement; name at least one');
  }
  if (measurements.some((measurement) => measurement.length !== MEASUREMENT_BYTES)) {
    throw new AttestationError(
      'policy-invalid',
      `a measurement of the policy is not ${MEASUREMENT_BYTES} bytes`,
    );
  }
  if (tdx) requireTdxPolicy(tdx);
}
