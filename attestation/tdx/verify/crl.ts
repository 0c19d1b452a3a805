/** Revocation lists as Intel signs them: ECDSA P-256. */
import { sameBytes } from '../../bytes.js';
import { parseCrl, type RevocationList } from '../../crl.js';
import { AttestationError } from '../../error.js';
import type { ChainCertificate } from './certificate.js';
import { ECDSA_WITH_SHA256, isSigned, keyOfSpki, plainSignature } from './ecdsa.js';

declare const verified: unique symbol;

/** A list whose signature was verified and which is valid now. */
export type VerifiedCrl = RevocationList & { readonly [verified]: true };

/**
 * Verifies that a list is its authority's and valid at `now`.
 *
 * @throws AttestationError `tdx-crl-malformed`, `tdx-crl-mixed`, `tdx-crl-bad-signature`, `tdx-crl-not-yet-valid`,
 *   `tdx-crl-expired`
 */
export async function verifyCrl(
  der: Uint8Array,
  authority: ChainCertificate,
  now: Date,
): Promise<VerifiedCrl> {
  const crl = parseCrl(der, 'tdx-crl-malformed');
  const name = authority.commonName;
  if (!sameBytes(crl.issuer, authority.subject)) {
    throw new AttestationError('tdx-crl-mixed', `the revocation list is not of ${name}`);
  }
  const signature = plainSignature(crl.signature);
  const key = await keyOfSpki(authority.spki, 'tdx-certificate-malformed');
  const signed =
    crl.signatureAlgorithm === ECDSA_WITH_SHA256 &&
    signature !== undefined &&
    (await isSigned(key, signature, crl.tbs));
  if (!signed) {
    throw new AttestationError('tdx-crl-bad-signature', `the revocation list is not signed by ${name}`);
  }
  requireCurrent(crl, name, now);
  return crl as VerifiedCrl;
}

function requireCurrent({ thisUpdate, nextUpdate }: RevocationList, name: string, now: Date): void {
  if (!(now >= thisUpdate)) {
    throw new AttestationError(
      'tdx-crl-not-yet-valid',
      `the revocation list of ${name} is of ${thisUpdate.toISOString()}, in the future`,
    );
  }
  if (!(now <= nextUpdate)) {
    throw new AttestationError(
      'tdx-crl-expired',
      `the revocation list of ${name} was due for renewal on ${nextUpdate.toISOString()}`,
    );
  }
}
