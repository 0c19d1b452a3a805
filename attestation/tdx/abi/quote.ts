/**
 * The outside of a TDX quote: Intel, "TDX DCAP Quoting Library API", appendix A.3 (version 4) and A.4 (version 5).
 * A quote is cut here into what checking its signatures needs; what it claims is read later, by `readTdQuote`.
 */
import { AttestationError, type AttestationErrorCode } from '../../error.js';
import { FieldReader } from './reader.js';

export const HEADER_BYTES = 48;
/** Version 5 puts the body's type (2 bytes) and size (4 bytes) before it. */
export const DESCRIPTOR_BYTES = 6;
/** TDREPORT 1.0 and 1.5 bodies by their type in version 5. Version 4 knows the first only. */
export const BODY_BYTES = { td10: 584, td15: 648 } as const;
const BODY_TYPES: ReadonlyMap<number, keyof typeof BODY_BYTES> = new Map([
  [2, 'td10'],
  [3, 'td15'],
]);
const ENCLAVE_REPORT_BYTES = 384;
const SIGNATURE_BYTES = 64;
const ATTESTATION_KEY_ECDSA_P256 = 2;
const TEE_TYPE_TDX = 0x81;
const CERTIFICATION_QE_REPORT = 6;
const CERTIFICATION_PCK_CHAIN = 5;
/** What quote providers pad to; quotes of five times this size do not exist. */
const MAX_QUOTE_BYTES = 64 * 1024;

/** A quote of the right shape about which nothing else may be used: only what checking its signatures needs. */
export interface UnverifiedQuote {
  /** Header, body descriptor (version 5) and body: what the attestation key signed. */
  readonly signedBytes: Uint8Array;
  /** r ‖ s, 32 bytes each, big-endian. */
  readonly signature: Uint8Array;
  /** The quoting enclave's P-256 key: x ‖ y. */
  readonly attestationKey: Uint8Array;
  /** The quoting enclave's own SGX report, 384 bytes, and the PCK's signature over it (r ‖ s). */
  readonly qeReport: Uint8Array;
  readonly qeReportSignature: Uint8Array;
  /** Bound by that report, together with the attestation key. */
  readonly qeAuthData: Uint8Array;
  /** PCK certificate, its CA's and the root's, as PEM text. */
  readonly pckChain: Uint8Array;
}

/**
 * Cuts a quote into its parts. Zero bytes after it are accepted and ignored: quote providers pad to a buffer's size
 * (Linux's configfs-tsm hands on what the host wrote). Anything else after it is refused.
 *
 * @throws AttestationError `tdx-quote-…`
 */
export function splitQuote(bytes: Uint8Array): UnverifiedQuote {
  if (bytes.length > MAX_QUOTE_BYTES)
    fail('tdx-quote-length', `a quote of ${bytes.length} bytes is too long`);
  const quote = new FieldReader(bytes, 'tdx-quote-truncated');
  const version = quote.u16();
  if (version !== 4 && version !== 5)
    fail('tdx-quote-version', `quote version ${version} is neither 4 nor 5`);
  const keyType = quote.u16();
  if (keyType !== ATTESTATION_KEY_ECDSA_P256) {
    fail(
      'tdx-quote-key-type',
      `attestation key type ${keyType} is not ECDSA P-256 (${ATTESTATION_KEY_ECDSA_P256})`,
    );
  }
  const teeType = quote.u32();
  if (teeType !== TEE_TYPE_TDX)
    fail('tdx-quote-tee-type', `TEE type ${teeType} is not TDX (${TEE_TYPE_TDX})`);
  quote.bytes(HEADER_BYTES - quote.offset);
  quote.bytes(version === 5 ? describedBody(quote) : BODY_BYTES.td10);
  const signedBytes = bytes.subarray(0, quote.offset);
  const parts = splitSignatureData(quote.bytes(quote.u32()));
  if (quote.rest().some((byte) => byte !== 0)) {
    fail('tdx-quote-trailing', 'bytes that are not padding follow the quote');
  }
  return { signedBytes, ...parts };
}

/** The size of a version 5 body, which must be that of its type. */
function describedBody(quote: FieldReader): number {
  const type = quote.u16();
  const name = BODY_TYPES.get(type);
  if (!name) return fail('tdx-quote-body-type', `body type ${type} is neither TD 1.0 (2) nor TD 1.5 (3)`);
  const size = quote.u32();
  if (size !== BODY_BYTES[name]) {
    fail('tdx-quote-length', `a body of type ${type} has ${BODY_BYTES[name]} bytes, not ${size}`);
  }
  return size;
}

/** ECDSA 256-bit Quote Signature Data Structure, version 4. */
function splitSignatureData(bytes: Uint8Array): Omit<UnverifiedQuote, 'signedBytes'> {
  const data = new FieldReader(bytes, 'tdx-quote-length');
  const signature = data.bytes(SIGNATURE_BYTES);
  const attestationKey = data.bytes(SIGNATURE_BYTES);
  const certification = new FieldReader(certificationData(data, CERTIFICATION_QE_REPORT), 'tdx-quote-length');
  const qeReport = certification.bytes(ENCLAVE_REPORT_BYTES);
  const qeReportSignature = certification.bytes(SIGNATURE_BYTES);
  const qeAuthData = certification.bytes(certification.u16());
  const pckChain = certificationData(certification, CERTIFICATION_PCK_CHAIN);
  return { signature, attestationKey, qeReport, qeReportSignature, qeAuthData, pckChain };
}

/** QE Certification Data: type, size, content; it must be of this type and the last thing in its place. */
function certificationData(reader: FieldReader, expected: number): Uint8Array {
  const type = reader.u16();
  if (type !== expected) {
    fail('tdx-quote-certification-type', `certification data of type ${type} where ${expected} is needed`);
  }
  const content = reader.bytes(reader.u32());
  if (reader.remaining !== 0)
    fail('tdx-quote-length', `${reader.remaining} bytes too many in the signature data`);
  return content;
}

function fail(code: AttestationErrorCode, message: string): never {
  throw new AttestationError(code, message);
}
