/** The verifying half of RA-TLS: a self-signed ECDSA P-256 certificate that carries evidence. */
import { sha256 } from '@noble/hashes/sha2.js';
import { DerError, DerReader, Tag, unsignedInteger } from '../der.js';
import { importEcKey } from '../eckey.js';
import { AttestationError } from '../error.js';
import { type Certificate, parseCertificate } from '../x509.js';
import { decodeCmw, type WrappedEvidence } from './cmw.js';

/** tcg-dice-conceptual-message-wrapper, TCG DICE Attestation Architecture 1.1 §6.1.8. */
export const DICE_CMW = '2.23.133.5.4.9';
const ECDSA_WITH_SHA256 = '1.2.840.10045.4.3.2';
const P256_BYTES = 32;

/** What an RA-TLS certificate carries. */
export interface RatlsCertificate extends WrappedEvidence {
  /** DER SubjectPublicKeyInfo. */
  readonly spki: Uint8Array;
  /** SHA-256 of `spki`, as `sessionLeaf` wants it. */
  readonly spkiHash: Uint8Array;
  readonly notBefore: Date;
  readonly notAfter: Date;
}

/**
 * Reads an RA-TLS certificate without verifying anything.
 *
 * @throws AttestationError `ratls-malformed`, `ratls-no-evidence`, `evidence-malformed`
 */
export function parseRatlsCertificate(der: Uint8Array): RatlsCertificate {
  return contents(parseCertificate(der, 'ratls-malformed'));
}

/**
 * Reads an RA-TLS certificate and verifies that its own key signed it and that it is valid at `now`.
 *
 * @throws AttestationError `ratls-malformed`, `ratls-no-evidence`, `ratls-bad-signature`, `ratls-not-yet-valid`,
 *   `ratls-expired`, `evidence-malformed`
 */
export async function verifyRatlsCertificate(der: Uint8Array, now: Date): Promise<RatlsCertificate> {
  const certificate = parseCertificate(der, 'ratls-malformed');
  const { notBefore, notAfter } = certificate;
  await requireSelfSigned(certificate);
  if (!(now >= notBefore)) {
    throw new AttestationError(
      'ratls-not-yet-valid',
      `the certificate is valid only from ${notBefore.toISOString()}`,
    );
  }
  if (!(now <= notAfter)) {
    throw new AttestationError('ratls-expired', `the certificate was valid until ${notAfter.toISOString()}`);
  }
  return contents(certificate);
}

function contents({ spki, notBefore, notAfter, extensions }: Certificate): RatlsCertificate {
  const extension = extensions.get(DICE_CMW);
  if (!extension) {
    throw new AttestationError(
      'ratls-no-evidence',
      `the certificate has no extension ${DICE_CMW}: no evidence`,
    );
  }
  return { spki, spkiHash: sha256(spki), notBefore, notAfter, ...decodeCmw(unwrap(extension)) };
}

/** The extension's value is an OCTET STRING that holds the CMW. */
function unwrap(extension: Uint8Array): Uint8Array {
  try {
    const reader = new DerReader(extension);
    const { content } = reader.expect(Tag.octetString);
    reader.end();
    return content;
  } catch (cause) {
    if (!(cause instanceof DerError)) throw cause;
    throw new AttestationError('evidence-malformed', `the evidence extension: ${cause.message}`, { cause });
  }
}

async function requireSelfSigned({ spki, signatureAlgorithm, signature, tbs }: Certificate): Promise<void> {
  const raw = rawSignature(signature);
  const signed =
    raw !== undefined &&
    signatureAlgorithm === ECDSA_WITH_SHA256 &&
    (await crypto.subtle.verify(
      { name: 'ECDSA', hash: 'SHA-256' },
      await p256Key(spki),
      raw,
      new Uint8Array(tbs),
    ));
  if (!signed) {
    throw new AttestationError('ratls-bad-signature', "the certificate's signature is not its own key's");
  }
}

async function p256Key(spki: Uint8Array): Promise<CryptoKey> {
  const key = await importEcKey('P-256', spki);
  if (!key) throw new AttestationError('ratls-malformed', "the certificate's key is not on P-256");
  return key;
}

/** ECDSA-Sig-Value (RFC 3279 §2.2.3) as the r ‖ s that WebCrypto wants; undefined when it is none of P-256. */
function rawSignature(der: Uint8Array): Uint8Array<ArrayBuffer> | undefined {
  try {
    const outer = new DerReader(der);
    const sequence = outer.enter(Tag.sequence);
    outer.end();
    const raw = new Uint8Array(2 * P256_BYTES);
    for (const end of [P256_BYTES, 2 * P256_BYTES]) {
      const integer = unsignedInteger(sequence.expect(Tag.integer));
      if (integer.length > P256_BYTES) return undefined;
      raw.set(integer, end - integer.length);
    }
    sequence.end();
    return raw;
  } catch (cause) {
    if (!(cause instanceof DerError)) throw cause;
    return undefined;
  }
}
