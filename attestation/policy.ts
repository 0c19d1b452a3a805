import type { SnpProduct, TcbVersion } from './snp/abi.js';

/** Which roots of trust a verifier accepts. AMD's product roots are always among them. */
export interface TrustRoots {
  /**
   * Also accept the simulated platform, whose private keys are published in this repository. It proves nothing; it
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
