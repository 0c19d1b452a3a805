/** Token type 0x0002, blind RSA with 2048 bits: its number, its sizes, and the names of what is 32 or 256 bytes long. */
import { WireError } from '../error.js';

declare const kind: unique symbol;
/** Bytes that were checked to be what the name says. */
export type Named<Name extends string> = Uint8Array & { readonly [kind]: Name };

/** 32 bytes: SHA-256 of the encoded token key (RFC 9578 §6.5). */
export type TokenKeyId = Named<'TokenKeyId'>;
/** 32 bytes: SHA-256 of the encoded challenge (RFC 9577 §2.2). */
export type ChallengeDigest = Named<'ChallengeDigest'>;
/** 256 bytes: what the issuer sees of a token (RFC 9578 §6.1). */
export type BlindedMessage = Named<'BlindedMessage'>;
/** 256 bytes: what it answers (RFC 9578 §6.2). */
export type BlindSignature = Named<'BlindSignature'>;

/** RFC 9578 §8.2.2. */
export const TOKEN_TYPE = 0x0002;
/** Nk, of modulus, blinded message and signature, in bytes. */
export const TOKEN_NK = 256;
/** Nid, of a token key id, in bytes. */
export const TOKEN_NID = 32;

/** Gives bytes the name of what they are, once their length says that they can be. */
export function named<Bytes extends Uint8Array>(bytes: Uint8Array, length: number): Bytes {
  if (bytes.length !== length) throw new RangeError(`${length} bytes were expected`);
  return bytes as Bytes;
}

/** @throws WireError `token-type-unsupported` */
export function requireTokenType(type: number): void {
  if (type === TOKEN_TYPE) return;
  throw new WireError('token-type-unsupported', 'only tokens of type 0x0002 are known here');
}

/** @throws RangeError unless there are 256 bytes */
export const blindedMessage = (bytes: Uint8Array): BlindedMessage => named(bytes, TOKEN_NK);
/** @throws RangeError unless there are 256 bytes */
export const blindSignature = (bytes: Uint8Array): BlindSignature => named(bytes, TOKEN_NK);
