/** ECDSA P-256 with SHA-256: the only signature in Intel's attestation, of certificates, lists, collateral and quotes. */
import { DerError, DerReader, Tag, unsignedInteger } from '../../der.js';
import { importEcKey, importEcPoint } from '../../eckey.js';
import { AttestationError, type AttestationErrorCode } from '../../error.js';

export const ECDSA_WITH_SHA256 = '1.2.840.10045.4.3.2';
const P256_BYTES = 32;
const UNCOMPRESSED_POINT = 0x04;

/** True when `signature` (r ‖ s, 64 bytes) over `message` is `key`'s. */
export function isSigned(key: CryptoKey, signature: Uint8Array, message: Uint8Array): Promise<boolean> {
  return crypto.subtle.verify(
    { name: 'ECDSA', hash: 'SHA-256' },
    key,
    new Uint8Array(signature),
    new Uint8Array(message),
  );
}

/**
 * Imports a SubjectPublicKeyInfo.
 *
 * @param code the code to refuse with when it is no P-256 key
 * @throws AttestationError with that code
 */
export async function keyOfSpki(spki: Uint8Array, code: AttestationErrorCode): Promise<CryptoKey> {
  return requireKey(await importEcKey('P-256', spki), code);
}

/**
 * Imports x ‖ y, 64 bytes.
 *
 * @param code the code to refuse with when that is no point of the curve
 * @throws AttestationError with that code
 */
export async function keyOfPoint(point: Uint8Array, code: AttestationErrorCode): Promise<CryptoKey> {
  return requireKey(await importEcPoint('P-256', Uint8Array.of(UNCOMPRESSED_POINT, ...point)), code);
}

function requireKey(key: CryptoKey | undefined, code: AttestationErrorCode): CryptoKey {
  if (key) return key;
  throw new AttestationError(code, 'a key is not on P-256');
}

/** ECDSA-Sig-Value (RFC 3279 §2.2.3) as r ‖ s; undefined when it is none of P-256. */
export function plainSignature(der: Uint8Array): Uint8Array | undefined {
  try {
    const outer = new DerReader(der);
    const sequence = outer.enter(Tag.sequence);
    outer.end();
    const plain = new Uint8Array(2 * P256_BYTES);
    for (const end of [P256_BYTES, 2 * P256_BYTES]) {
      const integer = unsignedInteger(sequence.expect(Tag.integer));
      if (integer.length > P256_BYTES) return undefined;
      plain.set(integer, end - integer.length);
    }
    sequence.end();
    return plain;
  } catch (cause) {
    if (!(cause instanceof DerError)) throw cause;
    return undefined;
  }
}
