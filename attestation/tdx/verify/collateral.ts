/** TCB info and QE identity under Intel's key, current, and about the machine that the quote is of. */
import { sameBytes } from '../../bytes.js';
import { AttestationError } from '../../error.js';
import type { TdxCollateral } from '../collateral/collateral.js';
import { type QeIdentity, readQeIdentity } from '../collateral/qeidentity.js';
import { splitSignedJson } from '../collateral/signed.js';
import { readTcbInfo, type TcbInfo } from '../collateral/tcbinfo.js';
import type { ChainCertificate } from './certificate.js';
import { type VerifiedPck, verifyTcbSigner } from './chain.js';
import { isSigned } from './ecdsa.js';

declare const verified: unique symbol;

/** Collateral whose signatures were verified, current at the time of verification. */
export interface VerifiedCollateral {
  readonly [verified]: true;
  readonly tcbInfo: TcbInfo;
  readonly qeIdentity: QeIdentity;
  /** The certificates that signed it: to be checked for revocation. */
  readonly signers: readonly ChainCertificate[];
}

/**
 * Verifies the signed JSON of the collateral, and that it is about the PCK's machine.
 *
 * @throws AttestationError `tdx-collateral-…`, `tdx-fmspc-mismatch`, `tdx-pce-mismatch`, and of the signing
 *   certificates `tdx-certificate-malformed`, `tdx-chain-…`
 */
export async function verifyCollateral(
  collateral: TdxCollateral,
  pck: VerifiedPck,
  now: Date,
): Promise<VerifiedCollateral> {
  const [, , root] = pck.chain;
  const tcb = await verifySignedJson(collateral.tcbInfo, 'tcbInfo', collateral.tcbInfoSigner, root, now);
  const qe = await verifySignedJson(
    collateral.qeIdentity,
    'enclaveIdentity',
    collateral.qeIdentitySigner,
    root,
    now,
  );
  const tcbInfo = readTcbInfo(tcb.json);
  const qeIdentity = readQeIdentity(qe.json);
  requireCurrent('TCB info', tcbInfo, now);
  requireCurrent('QE identity', qeIdentity, now);
  requireSamePlatform(tcbInfo, pck);
  return { tcbInfo, qeIdentity, signers: [tcb.signer, qe.signer] } as Omit<
    VerifiedCollateral,
    typeof verified
  > as VerifiedCollateral;
}

async function verifySignedJson(
  body: Uint8Array,
  name: 'tcbInfo' | 'enclaveIdentity',
  signerDer: Uint8Array,
  root: ChainCertificate,
  now: Date,
) {
  const json = splitSignedJson(body, name);
  const signer = await verifyTcbSigner(signerDer, root, now);
  if (!(await isSigned(signer.key, json.signature, json.signedBytes))) {
    throw new AttestationError(
      'tdx-collateral-bad-signature',
      `${name} is not signed by Intel's TCB signing key`,
    );
  }
  return { json, signer: signer.certificate };
}

function requireCurrent(
  name: string,
  { issueDate, nextUpdate }: { readonly issueDate: Date; readonly nextUpdate: Date },
  now: Date,
): void {
  if (!(now >= issueDate)) {
    throw new AttestationError(
      'tdx-collateral-not-yet-valid',
      `the ${name} was issued on ${issueDate.toISOString()}, in the future`,
    );
  }
  if (!(now <= nextUpdate)) {
    throw new AttestationError(
      'tdx-collateral-expired',
      `the ${name} was due for renewal on ${nextUpdate.toISOString()}; the server must refresh it`,
    );
  }
}

function requireSamePlatform({ fmspc, pceId }: TcbInfo, { platform }: VerifiedPck): void {
  if (!sameBytes(fmspc, platform.fmspc)) {
    throw new AttestationError(
      'tdx-fmspc-mismatch',
      "the TCB info is of another FMSPC than the PCK's machine",
    );
  }
  if (!sameBytes(pceId, platform.pceId)) {
    throw new AttestationError('tdx-pce-mismatch', 'the TCB info is of another PCE than the PCK certificate');
  }
}
