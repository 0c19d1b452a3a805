/** Whether any certificate that was relied upon has been revoked. */
import { AttestationError } from '../../error.js';
import type { TdxCollateral } from '../collateral/collateral.js';
import type { ChainCertificate } from './certificate.js';
import type { VerifiedPck } from './chain.js';
import { type VerifiedCrl, verifyCrl } from './crl.js';

/**
 * Verifies both revocation lists and that none of the certificates is on them.
 *
 * @param signers the certificates that signed the collateral; the root issued them
 * @returns when the PCK's list was issued
 * @throws AttestationError `tdx-crl-…`, `tdx-certificate-revoked`
 */
export async function requireUnrevoked(
  collateral: TdxCollateral,
  pck: VerifiedPck,
  signers: readonly ChainCertificate[],
  now: Date,
): Promise<Date> {
  const [leaf, authority, root] = pck.chain;
  const rootCrl = await verifyCrl(collateral.rootCrl, root, now);
  for (const certificate of [root, authority, ...signers]) requireAbsent(rootCrl, certificate);
  const pckCrl = await verifyCrl(collateral.pckCrl, authority, now);
  requireAbsent(pckCrl, leaf);
  return pckCrl.thisUpdate;
}

function requireAbsent(crl: VerifiedCrl, certificate: ChainCertificate): void {
  if (crl.revokes(certificate)) {
    throw new AttestationError('tdx-certificate-revoked', `${certificate.commonName} has been revoked`);
  }
}
