/** The chat's end-to-end encryption: MLS groups whose members agree on Advanced Chat Privacy. */

export { fromBase64, toBase64 } from './base64.js';
export { encodeKeyPackage, MAX_MESSAGE_BYTES } from './codec.js';
export { type Content, MAX_TEXT, newId, type Quote } from './content.js';
export { equal } from './equal.js';
export { EpochAheadError, GroupError, type GroupErrorCode } from './error.js';
export {
  Group,
  type KeptGroup,
  type Opened,
  type Pending,
} from './group.js';
export {
  MAX_MEDIA,
  MAX_SIDE,
  type Media,
  mediaRefused,
  openMedia,
  type Photo,
  sealedSize,
  sealMedia,
} from './media.js';
export type { Change } from './rules.js';
export { newKeyPackage, type OwnKeyPackage, PERSON } from './suite.js';
