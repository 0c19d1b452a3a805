/** The real quote of a Sapphire Rapids machine and its real collateral; see test/vectors/attestation/tdx/README.md. */
import { readFileSync } from 'node:fs';
import {
  encodeTdxCollateral,
  INTEL_ROOTS,
  type TdxCollateral,
  type TdxVerification,
} from '../../../attestation/tdx/index.js';

const VECTORS = new URL('../../vectors/attestation/tdx/', import.meta.url);
/** What the file's makers put after the quote on purpose. */
const EXTRA = '\nextra bytes(only for testing purpose)';

export function vector(name: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(name, VECTORS)));
}

/** The first certificate of a percent-encoded PEM chain. */
function firstOfChain(name: string): Uint8Array {
  const text = decodeURIComponent(new TextDecoder().decode(vector(name)));
  return new Uint8Array(Buffer.from(/-----BEGIN CERTIFICATE-----([^-]+)/.exec(text)![1]!, 'base64'));
}

export const REAL_FILE = vector('spr-v4.quote.bin');
/** The quote itself. */
export const REAL_QUOTE = REAL_FILE.slice(0, Buffer.from(REAL_FILE).indexOf(EXTRA));
/** All of the real collateral is valid then. */
const REAL_TIME = new Date('2023-07-01T01:00:00Z');
export const REAL_COLLATERAL: TdxCollateral = {
  tcbInfo: vector('tcb-info.json'),
  tcbInfoSigner: firstOfChain('tcb-info-issuer-chain.txt'),
  qeIdentity: vector('qe-identity.json'),
  qeIdentitySigner: firstOfChain('qe-identity-issuer-chain.txt'),
  pckCrl: vector('pck-platform.crl'),
  rootCrl: vector('root-ca.crl'),
};

export const REAL: TdxVerification = {
  quote: REAL_QUOTE,
  collateral: encodeTdxCollateral(REAL_COLLATERAL),
  now: REAL_TIME,
  roots: INTEL_ROOTS,
};

export { quoteBundle as bundle } from '../../../bench/attestation/evidence.js';
