/**
 * Token keys as RFC 9578 §6.5 encodes them: a SubjectPublicKeyInfo with the RSASSA-PSS object identifier, SHA-384,
 * MGF1 with SHA-384 and a salt of 48 bytes. With 2048 bits and the exponent 65537 everything but the modulus is fixed, so
 * a key is compared with the one form it can have; nothing is left to a parser's leniency.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { hexToBytes } from '@noble/hashes/utils.js';
import { concat, equalBytes } from '../bytes.js';
import { WireError } from '../error.js';
import { named, TOKEN_NID, TOKEN_NK, type TokenKeyId } from './type.js';

/** A public token key. */
export interface TokenKey {
  /** The encoded key, 342 bytes. */
  readonly spki: Uint8Array<ArrayBuffer>;
  /** Big-endian, 256 bytes, the highest bit set. */
  readonly modulus: Uint8Array;
  readonly id: TokenKeyId;
}

/** Of a 2048-bit RSAPublicKey up to its modulus, and from there on: BIT STRING, SEQUENCE, INTEGER; INTEGER 65537. */
const RSA_HEAD = hexToBytes('0382010f003082010a0282010100');
const RSA_TAIL = hexToBytes('0203010001');
const PSS_HEAD = concat(
  hexToBytes('30820152303d'),
  hexToBytes('06092a864886f70d01010a'),
  hexToBytes('3030a00d300b0609608648016503040202'),
  hexToBytes('a11a301806092a864886f70d010108300b0609608648016503040202'),
  hexToBytes('a203020130'),
  RSA_HEAD,
);
/** The same key for WebCrypto, which knows the object identifier rsaEncryption only (RFC 8017, appendix A.1). */
const PLAIN_HEAD = concat(hexToBytes('30820122300d06092a864886f70d0101010500'), RSA_HEAD);

/** @throws WireError `token-key-malformed` when the modulus is not odd or has not 2048 bits */
export function tokenKeyOf(modulus: Uint8Array): TokenKey {
  if (modulus.length !== TOKEN_NK || modulus[0]! < 0x80 || modulus[TOKEN_NK - 1]! % 2 === 0) {
    throw new WireError('token-key-malformed', 'the modulus is not an odd number of 2048 bits');
  }
  const spki = concat(PSS_HEAD, modulus, RSA_TAIL);
  return { spki, modulus: Uint8Array.from(modulus), id: named(sha256(spki), TOKEN_NID) };
}

/** @throws WireError `token-key-malformed` */
export function decodeTokenKey(spki: Uint8Array): TokenKey {
  if (spki.length === PSS_HEAD.length + TOKEN_NK + RSA_TAIL.length) {
    const key = tokenKeyOf(spki.subarray(PSS_HEAD.length, PSS_HEAD.length + TOKEN_NK));
    if (equalBytes(key.spki, spki)) return key;
  }
  throw new WireError('token-key-malformed', 'this is not a token key of type 0x0002 with 2048 bits');
}

/** The key as a plain RSA SubjectPublicKeyInfo, for `crypto.subtle.importKey`. */
export function plainSpki({ modulus }: TokenKey): Uint8Array<ArrayBuffer> {
  return concat(PLAIN_HEAD, modulus, RSA_TAIL);
}

/** The last byte of a key's id: all that a request tells of it (RFC 9578 §6.1). */
export function truncatedKeyId(id: TokenKeyId): number {
  return id[TOKEN_NID - 1]!;
}
