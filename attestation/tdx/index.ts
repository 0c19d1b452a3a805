/**
 * The door of TDX: evidence by the split abi (bytes) → verify (signatures, chains, revocation, patch level) → policy
 * (what we accept), the collateral that travels with it, and the boot event log.
 */
export type { TdAttributes, TdQuote } from './abi/index.js';
export { decodeTdxCollateral, encodeTdxCollateral, type TdxCollateral } from './collateral/collateral.js';
export { type CollateralRequest, fetchTdxCollateral } from './collateral/pcs.js';
export type { TcbAssessment, TcbStatus } from './collateral/status.js';
export {
  type BootEvent,
  type LoggedEvent,
  parseEventLog,
  type RtmrIndex,
  type Rtmrs,
  replayEventLog,
  trimEventLog,
  verifyEventLog,
} from './eventlog/index.js';
export {
  type AcceptedValues,
  checkTdxPolicy,
  type PolicySubject,
  type TdMeasurement,
  type TdxPolicy,
  type TdxTcbPolicy,
} from './policy/index.js';
export { INTEL_ROOTS } from './roots.js';
export {
  type PlatformTcb,
  type TdxVerdict,
  type TdxVerification,
  type VerifiedPlatform,
  type VerifiedQuote,
  verifyTdxQuote,
} from './verify/index.js';
