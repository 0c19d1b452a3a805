/** The attesting half of RA-TLS: the key of a process, and certificates that carry its evidence. */
import 'reflect-metadata'; // @peculiar/x509 needs it before itself
import { sha256 } from '@noble/hashes/sha2.js';
import { concatBytes } from '@noble/hashes/utils.js';
import { Extension, X509CertificateGenerator } from '@peculiar/x509';
import type { AuditPath } from '../binding.js';
import { Tag } from '../der.js';
import type { Evidence } from '../evidence.js';
import { DICE_CMW } from './certificate.js';
import { encodeCmw } from './cmw.js';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const SUBJECT = 'CN=Sotto RA-TLS';
const HOUR_MS = 3_600_000;

/** An ephemeral certificate key that lives as long as its process. */
export interface RatlsIdentity {
  /** DER SubjectPublicKeyInfo. */
  readonly spki: Uint8Array;
  /** SHA-256 of `spki`, as `sessionLeaf` wants it. */
  readonly spkiHash: Uint8Array;
  /**
   * A self-signed certificate (DER) that carries the evidence and the Merkle root it was made over. It costs
   * milliseconds: make one a report, not one a session.
   *
   * @param auditPath for a certificate that serves one connection: where that connection's leaf is under the root
   */
  certificate(evidence: Evidence, root: Uint8Array, auditPath?: AuditPath): Promise<Uint8Array>;
}

/** An identity for one TLS connection. */
export interface ConnectionIdentity extends RatlsIdentity {
  /** The private key as PKCS #8, for the TLS stack that needs it. Wipe it afterwards. */
  privateKey(): Promise<Uint8Array>;
}

export interface RatlsIdentityOptions {
  /** The clock; the system's by default. */
  readonly now?: () => Date;
  /** How long before and after its making a certificate is valid, in hours. Freshness does not rest on it. */
  readonly validHours?: { readonly before: number; readonly after: number };
}

/** Makes a fresh ECDSA P-256 identity. The private key cannot be exported. */
export async function createRatlsIdentity(options: RatlsIdentityOptions = {}): Promise<RatlsIdentity> {
  return identityOf(await crypto.subtle.generateKey(ALGORITHM, false, ['sign', 'verify']), options);
}

/** Makes a fresh ECDSA P-256 identity whose private key a TLS stack can be given. */
export async function createConnectionIdentity(
  options: RatlsIdentityOptions = {},
): Promise<ConnectionIdentity> {
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  return {
    ...(await identityOf(keys, options)),
    privateKey: async () => new Uint8Array(await crypto.subtle.exportKey('pkcs8', keys.privateKey)),
  };
}

async function identityOf(keys: CryptoKeyPair, options: RatlsIdentityOptions): Promise<RatlsIdentity> {
  const { now = () => new Date(), validHours = { before: 24, after: 24 } } = options;
  const spki = new Uint8Array(await crypto.subtle.exportKey('spki', keys.publicKey));
  return {
    spki,
    spkiHash: sha256(spki),
    async certificate(evidence, root, auditPath) {
      const carried = auditPath ? { evidence, root, auditPath } : { evidence, root };
      const time = now().getTime();
      const certificate = await X509CertificateGenerator.createSelfSigned({
        name: SUBJECT,
        notBefore: new Date(time - validHours.before * HOUR_MS),
        notAfter: new Date(time + validHours.after * HOUR_MS),
        keys,
        signingAlgorithm: ALGORITHM,
        extensions: [new Extension(DICE_CMW, false, octetString(encodeCmw(carried)))],
      });
      return new Uint8Array(certificate.rawData);
    },
  };
}

/** A DER OCTET STRING, with its length in the shortest form (X.690 §10.1). */
function octetString(content: Uint8Array): Uint8Array<ArrayBuffer> {
  const length: number[] = [];
  for (let rest = content.length; rest > 0; rest >>>= 8) length.unshift(rest & 0xff);
  const head = content.length < 0x80 ? [content.length] : [0x80 | length.length, ...length];
  return new Uint8Array(concatBytes(Uint8Array.of(Tag.octetString, ...head), content));
}
