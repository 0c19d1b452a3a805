/** A TDX machine that verifies, made of parts that a test can put wrong one at a time. */
import { createHash } from 'node:crypto';
import {
  encodeTdxCollateral,
  type TdxCollateral,
  type TdxVerification,
} from '../../../../attestation/tdx/index.js';
import { qeIdentityJson, signJson, tcbInfoJson } from './collateral.js';
import { generateKeys, makeCrl, makePki, NOW, type Pki, pem, sign } from './pki.js';
import {
  join,
  QE_FIELDS,
  type QeFields,
  QUOTE_FIELDS,
  type QuoteFields,
  type SignatureFields,
  writeQeReport,
  writeQuote,
  writeSigned,
} from './quote.js';

export interface Parts {
  readonly pki?: Pki;
  readonly fields?: Partial<QuoteFields>;
  /** Changes to the signed bytes before they are signed. */
  readonly signed?: (bytes: Uint8Array) => void;
  readonly qe?: Partial<QeFields>;
  /** Changes to the signature data, after everything was signed. */
  readonly signature?: Partial<SignatureFields>;
  readonly tcbInfo?: (json: ReturnType<typeof tcbInfoJson>) => unknown;
  readonly qeIdentity?: (json: ReturnType<typeof qeIdentityJson>) => unknown;
  /** Changes to the collateral, after it was signed. */
  readonly collateral?: Partial<TdxCollateral>;
}

let standard: Promise<Pki> | undefined;

/** The certificates that tests share when they do not bring their own. */
export function standardPki(): Promise<Pki> {
  standard ??= makePki();
  return standard;
}

export async function makeCollateral(pki: Pki, parts: Parts = {}): Promise<TdxCollateral> {
  const tcbInfo = tcbInfoJson();
  const qeIdentity = qeIdentityJson();
  return {
    tcbInfo: await signJson('tcbInfo', parts.tcbInfo?.(tcbInfo) ?? tcbInfo, pki.signer),
    tcbInfoSigner: pki.signer.der,
    qeIdentity: await signJson('enclaveIdentity', parts.qeIdentity?.(qeIdentity) ?? qeIdentity, pki.signer),
    qeIdentitySigner: pki.signer.der,
    pckCrl: await makeCrl(pki.authority),
    rootCrl: await makeCrl(pki.root),
    ...parts.collateral,
  };
}

export async function makeQuote(pki: Pki, parts: Parts = {}): Promise<Uint8Array> {
  const keys = await generateKeys();
  const point = new Uint8Array(await crypto.subtle.exportKey('raw', keys.publicKey));
  const attestationKey = point.slice(1);
  const qeAuthData = Uint8Array.from({ length: 32 }, (_, i) => i);
  const reportData = join(
    createHash('sha256').update(attestationKey).update(qeAuthData).digest(),
    new Uint8Array(32),
  );
  const signed = writeSigned({ ...QUOTE_FIELDS, ...parts.fields });
  parts.signed?.(signed);
  const qeReport = writeQeReport({ ...QE_FIELDS, ...parts.qe }, reportData);
  return writeQuote(signed, {
    signature: await sign(keys, signed),
    attestationKey,
    qeReport,
    qeReportSignature: await sign(pki.pck.keys, qeReport),
    qeAuthData,
    pckChain: pem(pki.pck, pki.authority, pki.root),
    outerType: 6,
    innerType: 5,
    ...parts.signature,
  });
}

/** Everything that `verifyTdxQuote` takes. Without changes it verifies as UpToDate. */
export async function machine(parts: Parts = {}): Promise<TdxVerification> {
  const pki = parts.pki ?? (await standardPki());
  return {
    quote: await makeQuote(pki, parts),
    collateral: encodeTdxCollateral(await makeCollateral(pki, parts)),
    now: NOW,
    roots: [pki.root.der],
  };
}
