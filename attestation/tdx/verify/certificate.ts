/** What Intel's chain asks of one certificate, beyond reading it (RFC 5280 §4.1, §4.2, §6.1). */
import { sameBytes } from '../../bytes.js';
import { ascii, DerError, DerReader, dottedOid, Tag } from '../../der.js';
import { AttestationError } from '../../error.js';
import { type Certificate, parseCertificate } from '../../x509.js';
import { ECDSA_WITH_SHA256, isSigned, keyOfSpki, plainSignature } from './ecdsa.js';

const MALFORMED = 'tdx-certificate-malformed';
const BASIC_CONSTRAINTS = '2.5.29.19';
const KEY_USAGE = '2.5.29.15';
const COMMON_NAME = '2.5.4.3';
const SET = 0x31;
/** keyUsage bits, counted from the most significant (RFC 5280 §4.2.1.3). */
const Usage = { digitalSignature: 0x80, keyCertSign: 0x04, crlSign: 0x02 } as const;

/** A certificate with what the chain needs to know about it besides. */
export interface ChainCertificate extends Certificate {
  readonly der: Uint8Array;
  /** The subject's common name; Intel tells the roles of its certificates apart by it. */
  readonly commonName: string;
}

/** @throws AttestationError `tdx-certificate-malformed` */
export function readChainCertificate(der: Uint8Array): ChainCertificate {
  const certificate = parseCertificate(der, MALFORMED);
  return reading(() => ({ ...certificate, der, commonName: commonName(certificate.subject) }));
}

/** Reads DER of a certificate; what it is not becomes `tdx-certificate-malformed`. */
function reading<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (!(cause instanceof DerError)) throw cause;
    throw new AttestationError(MALFORMED, `a certificate of the chain: ${cause.message}`, { cause });
  }
}

/** The one common name of a Name; empty when there is none. */
function commonName(name: Uint8Array): string {
  const rdns = new DerReader(name).enter(Tag.sequence);
  const found: string[] = [];
  while (!rdns.done) {
    const rdn = rdns.enter(SET);
    const attribute = rdn.enter(Tag.sequence);
    const oid = dottedOid(attribute.expect(Tag.oid));
    const value = attribute.next().content;
    attribute.end();
    rdn.end();
    if (oid === COMMON_NAME) found.push(ascii(value));
  }
  if (found.length > 1) throw new DerError('two common names');
  return found[0] ?? '';
}

/** @throws AttestationError `tdx-chain-not-yet-valid`, `tdx-chain-expired` */
export function requireValid({ commonName: name, notBefore, notAfter }: ChainCertificate, now: Date): void {
  if (!(now >= notBefore)) {
    throw new AttestationError(
      'tdx-chain-not-yet-valid',
      `${name} is valid only from ${notBefore.toISOString()}`,
    );
  }
  if (!(now <= notAfter)) {
    throw new AttestationError('tdx-chain-expired', `${name} was valid until ${notAfter.toISOString()}`);
  }
}

/**
 * The certificate must name its issuer and carry its signature.
 *
 * @throws AttestationError `tdx-chain-mixed`, `tdx-chain-bad-signature`
 */
export async function requireIssued(subject: ChainCertificate, issuer: ChainCertificate): Promise<void> {
  if (!sameBytes(subject.issuer, issuer.subject)) {
    throw new AttestationError(
      'tdx-chain-mixed',
      `${subject.commonName} was not issued by ${issuer.commonName}`,
    );
  }
  const signature = plainSignature(subject.signature);
  const key = await keyOfSpki(issuer.spki, MALFORMED);
  const signed =
    subject.signatureAlgorithm === ECDSA_WITH_SHA256 &&
    signature !== undefined &&
    (await isSigned(key, signature, subject.tbs));
  if (!signed) {
    throw new AttestationError(
      'tdx-chain-bad-signature',
      `${subject.commonName} is not signed by ${issuer.commonName}`,
    );
  }
}

/** The certificate may sign certificates and revocation lists. @throws AttestationError `tdx-certificate-malformed` */
export function requireAuthority(certificate: ChainCertificate): void {
  const usage = keyUsage(certificate);
  if (!isAuthority(certificate) || (usage & Usage.keyCertSign) === 0 || (usage & Usage.crlSign) === 0) {
    throw new AttestationError(MALFORMED, `${certificate.commonName} is no certificate authority`);
  }
}

/** The certificate signs data and is no authority. @throws AttestationError `tdx-certificate-malformed` */
export function requireEndEntity(certificate: ChainCertificate): void {
  if (isAuthority(certificate) || (keyUsage(certificate) & Usage.digitalSignature) === 0) {
    throw new AttestationError(MALFORMED, `${certificate.commonName} is not a certificate that signs data`);
  }
}

/** BasicConstraints ::= SEQUENCE { cA BOOLEAN DEFAULT FALSE, pathLenConstraint INTEGER OPTIONAL } */
function isAuthority({ extensions }: ChainCertificate): boolean {
  const constraints = extensions.get(BASIC_CONSTRAINTS);
  if (!constraints) return false;
  return reading(() => {
    const outer = new DerReader(constraints);
    const sequence = outer.enter(Tag.sequence);
    outer.end();
    return sameBytes(sequence.optional(Tag.boolean)?.content ?? Uint8Array.of(0), Uint8Array.of(0xff));
  });
}

/** The first octet of the KeyUsage BIT STRING; none of our bits lies beyond. */
function keyUsage({ extensions }: ChainCertificate): number {
  const usage = extensions.get(KEY_USAGE);
  if (!usage) return 0;
  return reading(() => {
    const outer = new DerReader(usage);
    const bits = outer.expect(Tag.bitString).content;
    outer.end();
    return bits[1] ?? 0;
  });
}
