import { ByteReader, bigEndian, concat } from '../bytes.js';
import { WireError } from '../error.js';
import {
  type ChallengeDigest,
  named,
  requireTokenType,
  TOKEN_NID,
  TOKEN_NK,
  TOKEN_TYPE,
  type TokenKeyId,
} from './type.js';

const HASH_SIZE = 32;
export const TOKEN_NONCE_SIZE = 32;
/** Of a token of type 0x0002, RFC 9577 §2.2. */
export const TOKEN_SIZE = 2 + TOKEN_NONCE_SIZE + HASH_SIZE + TOKEN_NID + TOKEN_NK;

/** What a token's signature is over. */
export interface TokenInput {
  /** 32 random bytes. */
  readonly nonce: Uint8Array;
  readonly challengeDigest: ChallengeDigest;
  readonly keyId: TokenKeyId;
}

/** A token, RFC 9577 §2.2. Whoever has its bytes can spend it, once. */
export interface Token extends TokenInput {
  /** RSASSA-PSS signature over the input, 256 bytes. */
  readonly authenticator: Uint8Array;
}

/** The signed part of a token, RFC 9578 §6.1. */
export function encodeTokenInput(input: TokenInput): Uint8Array<ArrayBuffer> {
  const { nonce, challengeDigest, keyId } = input;
  return concat(bigEndian(TOKEN_TYPE, 2), named(nonce, TOKEN_NONCE_SIZE), challengeDigest, keyId);
}

export function encodeToken(token: Token): Uint8Array<ArrayBuffer> {
  return concat(encodeTokenInput(token), named(token.authenticator, TOKEN_NK));
}

/**
 * The parts are views into the bytes.
 * @throws WireError `token-truncated`, `token-type-unsupported`, `token-malformed` when bytes follow it
 */
export function decodeToken(bytes: Uint8Array): Token {
  const reader = new ByteReader(bytes, 'token-truncated');
  requireTokenType(reader.uint(2));
  const token: Token = {
    nonce: reader.take(TOKEN_NONCE_SIZE),
    challengeDigest: named(reader.take(HASH_SIZE), HASH_SIZE),
    keyId: named(reader.take(TOKEN_NID), TOKEN_NID),
    authenticator: reader.take(TOKEN_NK),
  };
  if (reader.remaining > 0) throw new WireError('token-malformed', 'bytes follow the token');
  return token;
}
