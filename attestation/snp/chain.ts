/** ARK → ASK → VCEK: RSA-4096 keys, RSASSA-PSS with SHA-384 and a salt of 48 bytes; the VCEK's own key is P-384. */
import { sameBytes } from '../bytes.js';
import { AttestationError } from '../error.js';
import { type Certificate, parseCertificate } from '../x509.js';
import type { CertificateTable } from './abi/index.js';
import { type Anchor, requireVcek } from './anchor.js';
import { readVcek, type VcekIdentity } from './vcek.js';

const RSASSA_PSS = '1.2.840.113549.1.1.10';
const BASIC_CONSTRAINTS = '2.5.29.19';
/** SEQUENCE { BOOLEAN TRUE …: how every CA's basic constraints begin. */
const CA_TRUE = Uint8Array.of(0x01, 0x01, 0xff);
const RSA_BITS = 4096;
const SALT_BYTES = 48;

/** A VCEK under a known root: the only thing a report's signature is verified with. */
export interface VerifiedVcek extends VcekIdentity {
  readonly key: CryptoKey;
}

/**
 * Verifies the chain from the anchor's ARK through the ASK to the VCEK, all valid at `now`.
 *
 * @throws AttestationError `snp-certificate-missing`, `snp-certificate-malformed`, `snp-chain-mixed`,
 *   `snp-chain-not-yet-valid`, `snp-chain-expired`, `snp-chain-bad-signature`, `snp-product-mismatch`,
 *   `snp-signing-key-unsupported`
 */
export async function verifyChain(table: CertificateTable, anchor: Anchor, now: Date): Promise<VerifiedVcek> {
  const ark = parseCertificate(anchor.ark, 'snp-certificate-malformed');
  const ask = parseCertificate(table.ask ?? anchor.ask, 'snp-certificate-malformed');
  const vcek = parseCertificate(requireVcek(table), 'snp-certificate-malformed');
  requireIssued(ask, ark);
  requireIssued(vcek, ask);
  for (const certificate of [ark, ask, vcek]) requireValid(certificate, now);
  requireAuthority(ask);
  await requireSigned(ark, ark);
  await requireSigned(ask, ark);
  await requireSigned(vcek, ask);
  const identity = readVcek(vcek);
  if (anchor.name !== 'simulated' && anchor.name !== identity.product) {
    throw new AttestationError(
      'snp-product-mismatch',
      `a ${identity.product} VCEK under the root of ${anchor.name}`,
    );
  }
  return { ...identity, key: await p384Key(vcek) };
}

function requireIssued(subject: Certificate, issuer: Certificate): void {
  if (!sameBytes(subject.issuer, issuer.subject)) {
    throw new AttestationError(
      'snp-chain-mixed',
      'a certificate of the chain names another issuer than the next one',
    );
  }
}

function requireValid({ notBefore, notAfter }: Certificate, now: Date): void {
  if (!(now >= notBefore)) {
    throw new AttestationError(
      'snp-chain-not-yet-valid',
      `a certificate is valid only from ${notBefore.toISOString()}`,
    );
  }
  if (!(now <= notAfter)) {
    throw new AttestationError(
      'snp-chain-expired',
      `a certificate was valid until ${notAfter.toISOString()}`,
    );
  }
}

function requireAuthority({ extensions }: Certificate): void {
  const constraints = extensions.get(BASIC_CONSTRAINTS);
  if (!constraints || !sameBytes(constraints.subarray(2, 5), CA_TRUE)) {
    throw new AttestationError('snp-certificate-malformed', 'the ASK is not a certificate authority');
  }
}

async function requireSigned(subject: Certificate, issuer: Certificate): Promise<void> {
  const algorithm = { name: 'RSA-PSS', saltLength: SALT_BYTES };
  const signed =
    subject.signatureAlgorithm === RSASSA_PSS &&
    (await crypto.subtle.verify(
      algorithm,
      await rsaKey(issuer),
      new Uint8Array(subject.signature),
      new Uint8Array(subject.tbs),
    ));
  if (!signed) {
    throw new AttestationError(
      'snp-chain-bad-signature',
      'a certificate is not signed by the next one of the chain',
    );
  }
}

async function rsaKey(certificate: Certificate): Promise<CryptoKey> {
  const key = await importKey(certificate, { name: 'RSA-PSS', hash: 'SHA-384' });
  if ((key.algorithm as RsaHashedKeyAlgorithm).modulusLength !== RSA_BITS) {
    throw new AttestationError(
      'snp-certificate-malformed',
      `an authority's key does not have ${RSA_BITS} bits`,
    );
  }
  return key;
}

function p384Key(certificate: Certificate): Promise<CryptoKey> {
  return importKey(certificate, { name: 'ECDSA', namedCurve: 'P-384' });
}

async function importKey(
  { spki }: Certificate,
  algorithm: RsaHashedImportParams | EcKeyImportParams,
): Promise<CryptoKey> {
  try {
    return await crypto.subtle.importKey('spki', new Uint8Array(spki), algorithm, false, ['verify']);
  } catch (cause) {
    // WebCrypto says only that the key could not be read, in words of its own; the code is ours.
    throw new AttestationError('snp-certificate-malformed', `not a ${algorithm.name} key`, { cause });
  }
}
