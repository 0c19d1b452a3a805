/** Proof bundles: bytes, what they prove, and what a client accepts. */
export { acceptBundle } from './accept.js';
export { type Bundle, type BundleParts, encodeBundle, MAX_BUNDLE_BYTES, parseBundle } from './bundle.js';
export { type BundleSource, makeBundle } from './make.js';
export {
  type LedgerPolicy,
  type Measured,
  releaseOf,
  requireGatewayKey,
  requireInForce,
  requireIssuerKey,
  requireLedgerPolicy,
  requireRelease,
  requireWitnessed,
} from './policy.js';
export { ledgerPolicyDocument, parseLedgerPolicy, readLedgerPolicy } from './policy-file.js';
export { formatProof, type LogProof, parseProof } from './proof.js';
export { requireKeys } from './quorum.js';
export type { VerifiedEntry } from './verified-entry.js';
export { verifyBundle } from './verify.js';
