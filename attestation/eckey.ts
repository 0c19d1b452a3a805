/**
 * Public keys on elliptic curves as certificates carry them (RFC 5480 §2): a named curve and an uncompressed point, the one
 * way that AMD, Intel and we write them. WebCrypto implementations differ in what else they would take; and to import the
 * bare point takes OpenSSL a third of the time.
 */
import { hexToBytes } from '@noble/hashes/utils.js';
import { sameBytes } from './bytes.js';

/** SubjectPublicKeyInfo up to the point, and how many bytes it has with the point. */
const CURVES = {
  'P-256': { head: hexToBytes('3059301306072a8648ce3d020106082a8648ce3d030107034200'), bytes: 91 },
  'P-384': { head: hexToBytes('3076301006072a8648ce3d020106052b81040022036200'), bytes: 120 },
} as const;
const UNCOMPRESSED = 0x04;

/**
 * Imports a SubjectPublicKeyInfo to verify signatures with.
 *
 * @returns undefined when it is not a key on that curve, written so
 */
export async function importEcKey(
  curve: keyof typeof CURVES,
  spki: Uint8Array,
): Promise<CryptoKey | undefined> {
  const { head, bytes } = CURVES[curve];
  if (spki.length !== bytes || !sameBytes(spki.subarray(0, head.length), head)) return undefined;
  return importEcPoint(curve, spki.subarray(head.length));
}

/**
 * Imports a point: 0x04 ‖ x ‖ y.
 *
 * @returns undefined when it is not on that curve, or written otherwise
 */
export async function importEcPoint(
  curve: keyof typeof CURVES,
  point: Uint8Array,
): Promise<CryptoKey | undefined> {
  const { head, bytes } = CURVES[curve];
  if (point.length !== bytes - head.length || point[0] !== UNCOMPRESSED) return undefined;
  const algorithm = { name: 'ECDSA', namedCurve: curve };
  try {
    return await crypto.subtle.importKey('raw', new Uint8Array(point), algorithm, false, ['verify']);
  } catch {
    // Not on the curve: WebCrypto says so in words of its own, and callers have codes for it.
    return undefined;
  }
}
