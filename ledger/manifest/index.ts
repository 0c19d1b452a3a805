/** Manifests: what the log's entries say, who signed them, and what they say together. */
export { canonicalJson, type Json, utf8 } from './canonical.js';
export {
  type Entry,
  encodeEntry,
  MAX_ENTRY_BYTES,
  type ManifestSignature,
  manifestId,
  parseEntry,
  signedBytes,
} from './entry.js';
export { EntryIndex } from './entry-index.js';
export {
  type GatewayKeyManifest,
  type IssuerKeyManifest,
  type KeySet,
  type Manifest,
  ROLES,
  type Role,
  type RoleKeys,
  readManifest,
  roleOf,
} from './manifest.js';
export { timeText } from './object.js';
export type { LeastTcb, Release, SnpLaunch, TdxMeasurement } from './release.js';
export {
  type CurrentKey,
  EMPTY_STATE,
  encodeState,
  type LedgerState,
  parseState,
  requireState,
  stateLine,
  withEntry,
} from './state.js';
export type { Validity } from './validity.js';
export { keySetOf, verifyEntry, verifyKeySet } from './verify.js';
