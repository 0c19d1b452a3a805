/** The SDK: verifies a server, seals a request to its engine, reads the answer. Runs in browsers and in Node. */
export {
  type AttestationPolicy,
  type Check,
  isLogged,
  type LoggedPolicy,
  type LoggedTdxPolicy,
  parsePolicy,
  type TrustRoots,
  type Verdict,
} from '../attestation/index.js';
export {
  type KeyKind,
  type LedgerPolicy,
  parseLedgerPolicy,
  readLedgerPolicy,
  type VerifierKey,
} from '../ledger/index.js';
export type { AnswerStats, Notice, PrivacySetting, SummaryLength, Tone } from '../wire/index.js';
export {
  decodePrivacySetting,
  encodePrivacySetting,
  KEM_X25519,
  KEM_XWING,
  PRIVACY_EXTENSION_TYPE,
  TONES,
} from '../wire/index.js';
export type { Chat, ReplyOptions, RewriteOptions, SummarizeOptions } from './chat.js';
export { type ConnectionOptions, type ConnectOptions, connect } from './connect.js';
export { ClientError, type ClientErrorCode, type ClientErrorOptions } from './error.js';
export type { SessionEvidence } from './evidence.js';
export type { Fetch } from './http.js';
export type { LoggedRelease } from './ledger.js';
export * from './privacy/index.js';
export * from './private/index.js';
export type { CallOptions, Session, SessionEvent } from './session.js';
export { type LoggedTrust, type MachineTrust, type PinnedTrust, trustBy } from './trust.js';
export { type EvidenceVerification, verifyEvidence } from './verify.js';
export * from './wallet/index.js';
