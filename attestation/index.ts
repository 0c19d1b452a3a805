/**
 * The door of attestation: what verifies evidence, in browsers and in Node. What makes evidence has doors of its own:
 * `ratls/index.js` (certificates) and `tsm/index.js` (hardware reports, Node only).
 */
export {
  type AuditPath,
  directLeaf,
  LeafTree,
  peerLeaf,
  reportData,
  rootFromPath,
  sessionLeaf,
} from './binding.js';
export { AttestationError, type AttestationErrorCode } from './error.js';
export type { Evidence, LeafEvidence } from './evidence.js';
export {
  type AttestationPolicy,
  isLogged,
  type LoggedPolicy,
  type LoggedTdxPolicy,
  requirePolicy,
  requireRules,
  type TrustRoots,
} from './policy.js';
export { parsePolicy } from './policy-file/index.js';
export { parseRatlsCertificate, type RatlsCertificate, verifyRatlsCertificate } from './ratls/certificate.js';
export { simulatedMeasurement } from './simulated/measurement.js';
export type { SnpProduct, TcbVersion } from './snp/abi/index.js';
export type { Anchor } from './snp/anchor.js';
export {
  DEFAULT_GUEST_RULES,
  DEFAULT_MINIMUM_TCB,
  type GuestRules,
  type SnpPolicy,
  type TcbMinima,
} from './snp/policy/index.js';
export {
  type AcceptedValues,
  type BootEvent,
  encodeTdxCollateral,
  type RtmrIndex,
  type Rtmrs,
  type TcbAssessment,
  type TdMeasurement,
  type TdxCollateral,
  type TdxPolicy,
  type TdxTcbPolicy,
} from './tdx/index.js';
export type { Check, CheckName, Verdict } from './verdict.js';
export {
  type DirectVerification,
  type PeerVerification,
  type SessionEvidence,
  type SessionVerification,
  verifyDirect,
  verifyPeer,
  verifySession,
} from './verify.js';
