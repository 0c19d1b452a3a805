/** Privacy Pass: tokens of type 0x0002 (RFC 9576 to 9578), from the challenge to what is spent. */
export * from './challenge.js';
export * from './directory.js';
export * from './header.js';
export * from './issuance.js';
export { decodeTokenKey, plainSpki, type TokenKey, tokenKeyOf, truncatedKeyId } from './key.js';
export * from './token.js';
export {
  type BlindedMessage,
  type BlindSignature,
  blindedMessage,
  blindSignature,
  type ChallengeDigest,
  type Named,
  TOKEN_NID,
  TOKEN_NK,
  TOKEN_TYPE,
  type TokenKeyId,
} from './type.js';
