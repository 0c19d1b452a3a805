/**
 * AMD's revocation list of a product line (57230 §4): signed by the ARK, about ASK and ASVK. AMD revokes VCEKs and VLEKs
 * by their TCB, not by lists.
 */
import { sameBytes } from '../bytes.js';
import { parseCrl, type RevocationList } from '../crl.js';
import { AttestationError } from '../error.js';
import type { Certificate } from '../x509.js';
import type { VerifiedEndorsement } from './chain.js';
import { isSignedBy } from './keys.js';

/**
 * Verifies that a list is the ARK's and valid at `now`.
 *
 * @throws AttestationError `snp-crl-malformed`, `snp-crl-mixed`, `snp-crl-bad-signature`, `snp-crl-not-yet-valid`,
 *   `snp-crl-expired`
 */
export async function verifyRevocationList(
  der: Uint8Array,
  ark: Certificate,
  now: Date,
): Promise<RevocationList> {
  const crl = parseCrl(der, 'snp-crl-malformed');
  if (!sameBytes(crl.issuer, ark.subject)) {
    throw new AttestationError('snp-crl-mixed', "the revocation list is not of this chain's ARK");
  }
  if (!(await isSignedBy(crl, ark))) {
    throw new AttestationError('snp-crl-bad-signature', 'the revocation list is not signed by the ARK');
  }
  requireCurrent(crl, now);
  return crl;
}

/**
 * Verifies a list, and that neither certificate above the key is on it.
 *
 * @returns when the list was issued
 * @throws AttestationError `snp-certificate-revoked`, and what `verifyRevocationList` throws
 */
export async function requireUnrevoked(
  der: Uint8Array,
  { ark, intermediate }: VerifiedEndorsement,
  now: Date,
): Promise<Date> {
  const crl = await verifyRevocationList(der, ark, now);
  if (crl.revokes(ark) || crl.revokes(intermediate)) {
    throw new AttestationError('snp-certificate-revoked', 'AMD has revoked a certificate of the chain');
  }
  return crl.thisUpdate;
}

function requireCurrent({ thisUpdate, nextUpdate }: RevocationList, now: Date): void {
  if (!(now >= thisUpdate)) {
    throw new AttestationError(
      'snp-crl-not-yet-valid',
      `the revocation list is of ${thisUpdate.toISOString()}, in the future`,
    );
  }
  if (!(now <= nextUpdate)) {
    throw new AttestationError(
      'snp-crl-expired',
      `the revocation list was due for renewal on ${nextUpdate.toISOString()}; the server must refresh it`,
    );
  }
}
