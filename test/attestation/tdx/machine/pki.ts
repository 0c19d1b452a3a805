/** A certificate hierarchy of the same make as Intel's, with keys that a test owns. */
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { type Der, enumerated, integer, octets, oid, sequence } from './der.js';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const SGX = '1.2.840.113741.1.13.1';
export const DAY = 24 * 3600 * 1000;
/** The time at which everything that a test does not change is valid. */
export const NOW = new Date('2026-06-15T12:00:00Z');

/** What the PCK certificate says about its machine. */
export interface PckValues {
  readonly fmspc: Uint8Array;
  readonly pceId: Uint8Array;
  readonly components: readonly number[];
  readonly pceSvn: number;
}

export const PCK_VALUES: PckValues = {
  fmspc: Uint8Array.of(0x90, 0xc0, 0x6f, 0, 0, 0),
  pceId: Uint8Array.of(0, 0),
  components: [4, 4, 2, 2, 4, 1, 0, 5, 0, 0, 0, 0, 0, 0, 0, 200],
  pceSvn: 300,
};

export interface CertificateParts {
  readonly name: string;
  readonly serial?: string;
  readonly authority?: boolean;
  readonly usages?: x509.KeyUsageFlags;
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  readonly extensions?: readonly x509.Extension[];
  /** Another key signs than the issuer's. */
  readonly signedBy?: CryptoKey;
}

export interface Member {
  readonly keys: CryptoKeyPair;
  readonly certificate: x509.X509Certificate;
  readonly der: Uint8Array;
}

export function generateKeys(): Promise<CryptoKeyPair> {
  return crypto.subtle.generateKey(ALGORITHM, false, ['sign', 'verify']);
}

/** Issues a certificate; without an issuer it signs itself. */
export async function issue(parts: CertificateParts, issuer?: Member, keys?: CryptoKeyPair): Promise<Member> {
  const own = keys ?? (await generateKeys());
  const { authority = false } = parts;
  const usages =
    parts.usages ??
    (authority
      ? x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign
      : x509.KeyUsageFlags.digitalSignature);
  const subject = `CN=${parts.name}, O=Test Corporation, C=US`;
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber:
      parts.serial ??
      Buffer.from(crypto.getRandomValues(new Uint8Array(16)))
        .toString('hex')
        .replace(/^./, '5'),
    subject,
    issuer: issuer?.certificate.subject ?? subject,
    notBefore: parts.notBefore ?? new Date(NOW.getTime() - 365 * DAY),
    notAfter: parts.notAfter ?? new Date(NOW.getTime() + 365 * DAY),
    signingAlgorithm: ALGORITHM,
    publicKey: own.publicKey,
    signingKey: parts.signedBy ?? (issuer?.keys ?? own).privateKey,
    extensions: [
      new x509.BasicConstraintsExtension(authority, undefined, true),
      new x509.KeyUsagesExtension(usages, true),
      ...(parts.extensions ?? []),
    ],
  });
  return { keys: own, certificate, der: new Uint8Array(certificate.rawData) };
}

/** The SGX extensions of a PCK certificate. */
export function sgxExtensions({ fmspc, pceId, components, pceSvn }: PckValues): Der {
  const entry = (suffix: string, value: Uint8Array) => sequence(oid(`${SGX}.${suffix}`), value);
  const tcb = sequence(
    ...components.map((svn, i) => entry(`2.${i + 1}`, integer(svn))),
    entry('2.17', integer(pceSvn)),
    entry('2.18', octets(Uint8Array.from(components))),
  );
  return sequence(
    entry('1', octets(new Uint8Array(16))),
    entry('2', tcb),
    entry('3', octets(pceId)),
    entry('4', octets(fmspc)),
    entry('5', enumerated(0)),
  );
}

export function sgxExtension(content: Der): x509.Extension {
  return new x509.Extension(SGX, false, content);
}

export interface Pki {
  readonly root: Member;
  readonly authority: Member;
  readonly pck: Member;
  readonly signer: Member;
}

const ROOT: CertificateParts = { name: 'Intel SGX Root CA', authority: true };
const AUTHORITY: CertificateParts = { name: 'Intel SGX PCK Platform CA', authority: true };
const PCK: CertificateParts = {
  name: 'Intel SGX PCK Certificate',
  extensions: [sgxExtension(sgxExtensions(PCK_VALUES))],
};
export const SIGNER: CertificateParts = { name: 'Intel SGX TCB Signing' };

/** The four certificates, each with the changes that a test asks for. */
export async function makePki(
  changes: { readonly [member in keyof Pki]?: Partial<CertificateParts> } = {},
): Promise<Pki> {
  const root = await issue({ ...ROOT, ...changes.root });
  const authority = await issue({ ...AUTHORITY, ...changes.authority }, root);
  const pck = await issue({ ...PCK, ...changes.pck }, authority);
  const signer = await issue({ ...SIGNER, ...changes.signer }, root);
  return { root, authority, pck, signer };
}

export interface CrlParts {
  readonly revoked?: readonly Member[];
  readonly thisUpdate?: Date;
  readonly nextUpdate?: Date;
  readonly extensions?: readonly x509.Extension[];
  readonly signedBy?: CryptoKey;
}

/** A revocation list of that authority. */
export async function makeCrl(authority: Member, parts: CrlParts = {}): Promise<Uint8Array> {
  const crl = await x509.X509CrlGenerator.create({
    issuer: authority.certificate.subject,
    thisUpdate: parts.thisUpdate ?? new Date(NOW.getTime() - DAY),
    nextUpdate: parts.nextUpdate ?? new Date(NOW.getTime() + 29 * DAY),
    entries: (parts.revoked ?? []).map(({ certificate }) => ({
      serialNumber: certificate.serialNumber,
      revocationDate: new Date(NOW.getTime() - 2 * DAY),
      reason: x509.X509CrlReason.keyCompromise,
    })),
    signingAlgorithm: ALGORITHM,
    signingKey: parts.signedBy ?? authority.keys.privateKey,
    extensions: [new x509.Extension('2.5.29.20', false, integer(1)), ...(parts.extensions ?? [])],
  });
  return new Uint8Array(crl.rawData);
}

/** Certificates as a quote carries them. */
export function pem(...members: readonly Member[]): Uint8Array {
  const text = members.map(({ der }) => {
    const lines =
      Buffer.from(der)
        .toString('base64')
        .match(/.{1,64}/g) ?? [];
    return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
  });
  return new TextEncoder().encode(text.join(''));
}

/** r ‖ s by that key. */
export async function sign({ privateKey }: CryptoKeyPair, bytes: Uint8Array): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.sign(ALGORITHM, privateKey, new Uint8Array(bytes)));
}
