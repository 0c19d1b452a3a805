/** The quoting enclave: certified by the PCK, Intel's, and the owner of the attestation key. */
import { sha256 } from '@noble/hashes/sha2.js';
import { concatBytes } from '@noble/hashes/utils.js';
import { sameBytes } from '../../bytes.js';
import { AttestationError } from '../../error.js';
import { type EnclaveReport, readEnclaveReport, type UnverifiedQuote } from '../abi/index.js';
import type { QeIdentity } from '../collateral/qeidentity.js';
import type { TcbAssessment } from '../collateral/status.js';
import type { VerifiedPck } from './chain.js';
import { isSigned, keyOfPoint } from './ecdsa.js';

/** An attestation key that the PCK vouches for, and the enclave that holds it. */
export interface VerifiedQe {
  readonly attestationKey: CryptoKey;
  readonly report: EnclaveReport;
  /** Intel's word on this enclave's version. */
  readonly tcb: TcbAssessment;
}

/**
 * Verifies the quoting enclave's report under the PCK, that it binds the attestation key, and that it is the enclave
 * that Intel's identity describes.
 *
 * @throws AttestationError `tdx-qe-bad-signature`, `tdx-qe-binding`, `tdx-qe-identity`, `tdx-qe-tcb-unknown`
 */
export async function verifyQuotingEnclave(
  quote: UnverifiedQuote,
  pck: VerifiedPck,
  identity: QeIdentity,
): Promise<VerifiedQe> {
  if (!(await isSigned(pck.key, quote.qeReportSignature, quote.qeReport))) {
    throw new AttestationError(
      'tdx-qe-bad-signature',
      "the quoting enclave's report is not signed by the PCK",
    );
  }
  const report = readEnclaveReport(quote.qeReport);
  requireBinding(report, quote);
  requireIdentity(report, identity);
  return {
    report,
    tcb: assess(report, identity),
    attestationKey: await keyOfPoint(quote.attestationKey, 'tdx-qe-binding'),
  };
}

/** REPORTDATA = SHA-256(attestation key ‖ authentication data) ‖ 32 zero bytes. */
function requireBinding({ reportData }: EnclaveReport, quote: UnverifiedQuote): void {
  const expected = new Uint8Array(64);
  expected.set(sha256(concatBytes(quote.attestationKey, quote.qeAuthData)));
  if (!sameBytes(reportData, expected)) {
    throw new AttestationError(
      'tdx-qe-binding',
      "the quoting enclave's report is not about this attestation key and authentication data",
    );
  }
}

function requireIdentity(report: EnclaveReport, identity: QeIdentity): void {
  const matches =
    sameBytes(report.mrSigner, identity.mrSigner) &&
    report.isvProdId === identity.isvProdId &&
    sameBytes(masked(report.miscSelect, identity.miscSelectMask), identity.miscSelect) &&
    sameBytes(masked(report.attributes, identity.attributesMask), identity.attributes);
  if (!matches) {
    throw new AttestationError('tdx-qe-identity', "the quoting enclave is not the one of Intel's identity");
  }
}

function masked(bytes: Uint8Array, mask: Uint8Array): Uint8Array {
  return bytes.map((byte, i) => byte & mask[i]!);
}

function assess({ isvSvn }: EnclaveReport, { levels }: QeIdentity): TcbAssessment {
  const level = levels.find((candidate) => candidate.isvSvn <= isvSvn);
  if (!level) {
    throw new AttestationError(
      'tdx-qe-tcb-unknown',
      `Intel lists no quoting enclave of version ${isvSvn} or below`,
    );
  }
  return level;
}
