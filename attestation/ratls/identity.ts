import type { Evidence } from '../evidence.js';

/** An ephemeral certificate key that lives as long as its process. */
export interface RatlsIdentity {
  /** DER SubjectPublicKeyInfo. */
  readonly spki: Uint8Array;
  /** SHA-256 of `spki`, as `sessionLeaf` wants it. */
  readonly spkiHash: Uint8Array;
  /**
   * A self-signed certificate (DER) that carries the evidence and the Merkle root it was made over. It costs
   * milliseconds: make one a report, not one a session.
   */
  certificate(evidence: Evidence, root: Uint8Array): Promise<Uint8Array>;
}

/** Makes a fresh ECDSA P-256 identity. */
export async function createRatlsIdentity(): Promise<RatlsIdentity> {
  throw new Error('not yet');
}
