/** The keys of AMD's hierarchy: RSA-4096 with RSASSA-PSS, SHA-384 and a salt of 48 bytes; what signs reports is P-384. */
import { importEcKey } from '../eckey.js';
import { AttestationError } from '../error.js';
import type { Certificate } from '../x509.js';

const RSASSA_PSS = '1.2.840.113549.1.1.10';
const RSA_BITS = 4096;
const SALT_BYTES = 48;

/** What an authority signs: certificates and revocation lists. */
interface Signed {
  readonly tbs: Uint8Array;
  readonly signatureAlgorithm: string;
  readonly signature: Uint8Array;
}

/**
 * True when the issuer's key signed it.
 *
 * @throws AttestationError `snp-certificate-malformed` when the issuer's key is not RSA-4096
 */
export async function isSignedBy(subject: Signed, issuer: Certificate): Promise<boolean> {
  return (
    subject.signatureAlgorithm === RSASSA_PSS &&
    (await crypto.subtle.verify(
      { name: 'RSA-PSS', saltLength: SALT_BYTES },
      await rsaKey(issuer),
      new Uint8Array(subject.signature),
      new Uint8Array(subject.tbs),
    ))
  );
}

async function rsaKey({ spki }: Certificate): Promise<CryptoKey> {
  let key: CryptoKey;
  try {
    const algorithm = { name: 'RSA-PSS', hash: 'SHA-384' };
    key = await crypto.subtle.importKey('spki', new Uint8Array(spki), algorithm, false, ['verify']);
  } catch (cause) {
    // WebCrypto says only that the key could not be read, in words of its own; the code is ours.
    throw new AttestationError('snp-certificate-malformed', "an authority's key is not RSA", { cause });
  }
  if ((key.algorithm as RsaHashedKeyAlgorithm).modulusLength !== RSA_BITS) {
    throw new AttestationError(
      'snp-certificate-malformed',
      `an authority's key does not have ${RSA_BITS} bits`,
    );
  }
  return key;
}

/** @throws AttestationError `snp-certificate-malformed` when the certificate's key is not on P-384 */
export async function p384Key({ spki }: Certificate): Promise<CryptoKey> {
  const key = await importEcKey('P-384', spki);
  if (!key)
    throw new AttestationError('snp-certificate-malformed', 'the key that signs reports is not on P-384');
  return key;
}
