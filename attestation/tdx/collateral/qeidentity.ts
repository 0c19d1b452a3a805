/** The identity of the TD quoting enclave, version 2 (Intel, "Provisioning Certification Service API" v4, "Enclave Identity"). */
import { AttestationError } from '../../error.js';
import { readSignedJson, type SignedJson } from './signed.js';
import { readAssessment, type TcbAssessment } from './status.js';

export interface QeIdentity {
  readonly issueDate: Date;
  readonly nextUpdate: Date;
  readonly evaluationNumber: number;
  readonly miscSelect: Uint8Array;
  readonly miscSelectMask: Uint8Array;
  readonly attributes: Uint8Array;
  readonly attributesMask: Uint8Array;
  readonly mrSigner: Uint8Array;
  readonly isvProdId: number;
  /** Best first. */
  readonly levels: readonly (TcbAssessment & { readonly isvSvn: number })[];
}

/**
 * Reads an enclave identity. Call it on bytes whose signature has been verified.
 *
 * @throws AttestationError `tdx-collateral-version` when it is another enclave's or version; `tdx-collateral-malformed`
 */
export function readQeIdentity(signed: SignedJson): QeIdentity {
  const identity = readSignedJson(signed, 'enclaveIdentity');
  const [id, version] = [identity.string('id'), identity.integer('version', 255)];
  if (id !== 'TD_QE' || version !== 2) {
    throw new AttestationError(
      'tdx-collateral-version',
      `the identity of ${id}, version ${version} is not of TD_QE, version 2`,
    );
  }
  return {
    issueDate: identity.date('issueDate'),
    nextUpdate: identity.date('nextUpdate'),
    evaluationNumber: identity.integer('tcbEvaluationDataNumber', 0xffff_ffff),
    miscSelect: identity.hex('miscselect', 4),
    miscSelectMask: identity.hex('miscselectMask', 4),
    attributes: identity.hex('attributes', 16),
    attributesMask: identity.hex('attributesMask', 16),
    mrSigner: identity.hex('mrsigner', 32),
    isvProdId: identity.integer('isvprodid', 0xffff),
    levels: identity.objects('tcbLevels').map((level) => ({
      ...readAssessment(level),
      isvSvn: level.object('tcb').integer('isvsvn', 0xffff),
    })),
  };
}
