import { AttestationError } from './error.js';
import type { SnpProduct, TcbVersion } from './snp/abi/index.js';

const MEASUREMENT_BYTES = 48;

/** Which roots of trust a verifier accepts. AMD's product roots are always among them. */
export interface TrustRoots {
  /**
   * Also accept the simulated platform, whose private key is published in this repository. It proves nothing; it
   * exists for development and tests, and only this exact name switches it on.
   */
  readonly simulated?: 'sotto-simulated';
}

/** What a verifier accepts of a genuine report. Debugging, migration agents and VMPLs above 0 are never accepted. */
export interface AttestationPolicy {
  /** The accepted launch measurements, 48 bytes each; at least one. */
  readonly measurements: readonly Uint8Array[];
  /** The lowest acceptable TCB by product; products not named keep the default. */
  readonly minimumTcb?: { readonly [product in SnpProduct]?: TcbVersion };
}

/**
 * Refuses a policy that could accept nothing, or anything by mistake.
 *
 * @throws AttestationError `policy-invalid`
 */
export function requirePolicy({ measurements }: AttestationPolicy): void {
  if (measurements.length === 0) {
    throw new AttestationError('policy-invalid', 'the policy accepts no measurement; name at least one');
  }
  if (measurements.some((measurement) => measurement.length !== MEASUREMENT_BYTES)) {
    throw new AttestationError(
      'policy-invalid',
      `a measurement of the policy is not ${MEASUREMENT_BYTES} bytes`,
    );
  }
}
