/** X.509 v3 certificates (RFC 5280 §4.1) as far as attestation reads them. Parsing only: nothing here is trusted. */
import { sameBytes } from './bytes.js';
import { DerError, DerReader, dottedOid, readSigned, Tag, time } from './der.js';
import { AttestationError, type AttestationErrorCode } from './error.js';

const MAX_CERTIFICATE_BYTES = 256 * 1024;
/** basicConstraints and keyUsage: the only extensions that may be critical, since they are all that chains are read by. */
const UNDERSTOOD = ['2.5.29.19', '2.5.29.15'];

export interface Certificate {
  /** The signed bytes: the whole TBSCertificate element. */
  readonly tbs: Uint8Array;
  /** Dotted object identifier of the signature algorithm. */
  readonly signatureAlgorithm: string;
  /** The signature: DER for ECDSA, plain bytes for RSA. */
  readonly signature: Uint8Array;
  /** The content of the serial number's INTEGER. */
  readonly serial: Uint8Array;
  /** Names as their DER, to be compared byte for byte. */
  readonly issuer: Uint8Array;
  readonly subject: Uint8Array;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** The whole SubjectPublicKeyInfo element. */
  readonly spki: Uint8Array;
  /** Contents of extnValue by dotted object identifier. */
  readonly extensions: ReadonlyMap<string, Uint8Array>;
}

/**
 * Parses one DER certificate, strictly.
 *
 * @param code the code to refuse with when the bytes are not such a certificate
 * @throws AttestationError with that code
 */
export function parseCertificate(der: Uint8Array, code: AttestationErrorCode): Certificate {
  if (der.length > MAX_CERTIFICATE_BYTES) {
    throw new AttestationError(code, `a certificate of ${der.length} bytes is too long`);
  }
  try {
    return readCertificate(der);
  } catch (cause) {
    if (!(cause instanceof DerError)) throw cause;
    throw new AttestationError(code, `not a DER X.509 v3 certificate: ${cause.message}`, { cause });
  }
}

function readCertificate(der: Uint8Array): Certificate {
  const { signed, algorithm, signature } = readSigned(der);
  const tbs = new DerReader(signed.content);
  const version = tbs.enter(Tag.explicit0);
  if (version.expect(Tag.integer).content[0] !== 2) throw new DerError('not version 3');
  version.end();
  const serial = tbs.expect(Tag.integer).content; // VCEKs' are 0
  const innerAlgorithm = tbs.expect(Tag.sequence);
  // RFC 5280 §4.1.1.2: both algorithm identifiers must be the same.
  if (!sameBytes(innerAlgorithm.whole, algorithm.whole)) throw new DerError('two signature algorithms');
  const issuer = tbs.expect(Tag.sequence).whole;
  const validity = tbs.enter(Tag.sequence);
  const notBefore = time(validity.next());
  const notAfter = time(validity.next());
  validity.end();
  const subject = tbs.expect(Tag.sequence).whole;
  const spki = tbs.expect(Tag.sequence).whole;
  const extensions = readExtensions(tbs.enter(Tag.explicit3));
  tbs.end();
  return {
    tbs: signed.whole,
    signatureAlgorithm: dottedOid(new DerReader(algorithm.content).expect(Tag.oid)),
    signature,
    serial,
    issuer,
    subject,
    notBefore,
    notAfter,
    spki,
    extensions,
  };
}

function readExtensions(explicit: DerReader): Map<string, Uint8Array> {
  const list = explicit.enter(Tag.sequence);
  explicit.end();
  const extensions = new Map<string, Uint8Array>();
  while (!list.done) {
    const extension = list.enter(Tag.sequence);
    const oid = dottedOid(extension.expect(Tag.oid));
    const critical = extension.optional(Tag.boolean);
    if (critical && !sameBytes(critical.content, Uint8Array.of(0xff))) throw new DerError('bad boolean');
    // RFC 5280 §4.2: a critical extension that is not understood refuses the certificate.
    if (critical && !UNDERSTOOD.includes(oid)) throw new DerError(`critical extension ${oid}`);
    const value = extension.expect(Tag.octetString).content;
    extension.end();
    if (extensions.has(oid)) throw new DerError(`extension ${oid} twice`);
    extensions.set(oid, value);
  }
  return extensions;
}
