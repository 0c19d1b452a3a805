/**
 * The door of attestation: what verifies evidence, in browsers and in Node. What makes evidence has doors of its own:
 * `ratls/index.js` (certificates) and `tsm/index.js` (hardware reports, Node only).
 */
export { type AuditPath, LeafTree, reportData, rootFromPath, sessionLeaf } from './binding.js';
export { AttestationError, type AttestationErrorCode } from './error.js';
export type { Evidence } from './evidence.js';
export type { AttestationPolicy, TrustRoots } from './policy.js';
export type { RatlsIdentity } from './ratls/identity.js';
export { simulatedMeasurement } from './simulated/measurement.js';
export type { SnpProduct, TcbVersion } from './snp/abi.js';
export type { Check, CheckName, Verdict } from './verdict.js';
export { type SessionEvidence, verifySession } from './verify.js';
