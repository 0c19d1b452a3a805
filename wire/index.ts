/** The wire protocol: bytes to typed values and back, and the sealing around them. Runs anywhere WebCrypto does. */
export * from './account.js';
export { fromBase64, fromBase64url, toBase64, toBase64url } from './base64.js';
export * from './bhttp/index.js';
export { ascii, concat, equalBytes } from './bytes.js';
export { type CborMap, type CborValue, decodeCbor, encodeCbor } from './cbor.js';
export {
  CHUNKED_REQUEST_TYPE,
  CHUNKED_RESPONSE_TYPE,
  ChunkedRequestOpener,
  ChunkedRequestSealer,
  ChunkedResponseOpener,
  ChunkedResponseSealer,
  MAX_CHUNK_BYTES,
} from './chunked.js';
export * from './direct.js';
export type { Encapsulation } from './encapsulation.js';
export { WireError, type WireErrorCode } from './error.js';
export {
  type AnswerEvent,
  type AnswerStats,
  decodeEvent,
  EVENT_BYTES,
  encodeEvent,
  MAX_EVENT_TEXT,
  type Notice,
  splitText,
} from './events.js';
export {
  AnswerOpener,
  AnswerSealer,
  type OpenedTask,
  openTaskRequest,
  type SealedRequest,
  sealTaskRequest,
} from './exchange.js';
export * from './hpke/index.js';
export { duplicateName, type JsonFault, JsonObject } from './json-object.js';
export * from './keyconfig.js';
export { followPath, nodeHash, parentsOf } from './merkle.js';
export {
  decapsulateRequest,
  encapsulateRequest,
  OHTTP_REQUEST_TYPE,
  OHTTP_RESPONSE_TYPE,
  type OpenedRequest,
  type PendingResponse,
} from './ohttp.js';
export { padRequest, REQUEST_CLASSES, requestClass } from './padding.js';
export {
  decodePrivacySetting,
  encodePrivacySetting,
  PRIVACY_EXTENSION_TYPE,
  type PrivacySetting,
} from './privacy.js';
export { SecretBytes } from './secret.js';
export * from './session.js';
export * from './tasks.js';
export * from './token/index.js';
export { isUtf8 } from './utf8.js';
