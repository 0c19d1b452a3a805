/** Real evidence from `test/vectors/attestation`, as verifiers take it. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { encodeTdxCollateral, INTEL_ROOTS, type TdxVerification } from '../../attestation/tdx/index.js';

const read = (name: string) => new Uint8Array(readFileSync(resolve('test/vectors/attestation', name)));

/** The SNP report of a Milan and its VCEK; both are valid then. */
export const milan = () => ({
  report: read('milan-v2.report.bin'),
  vcek: read('milan-vcek.der'),
  now: new Date('2023-01-01'),
});

/** A quote and what Intel said of its machine, in the parts of Intel's quote verification library. */
export function quoteBundle(name: string, now: Date): TdxVerification {
  const parts: Record<string, string> = JSON.parse(
    new TextDecoder().decode(read(`tdx/${name}.collateral.json`)),
  );
  const signed = (what: string, value: string) =>
    new TextEncoder().encode(`{"${what}":${parts[value]},"signature":"${parts[`${value}_signature`]}"}`);
  const signer = (chain: string) =>
    new Uint8Array(Buffer.from(/-----BEGIN CERTIFICATE-----([^-]+)/.exec(parts[chain]!)![1]!, 'base64'));
  return {
    quote: read(`tdx/${name}.quote.bin`),
    collateral: encodeTdxCollateral({
      tcbInfo: signed('tcbInfo', 'tcb_info'),
      tcbInfoSigner: signer('tcb_info_issuer_chain'),
      qeIdentity: signed('enclaveIdentity', 'qe_identity'),
      qeIdentitySigner: signer('qe_identity_issuer_chain'),
      pckCrl: new Uint8Array(Buffer.from(parts['pck_crl']!, 'hex')),
      rootCrl: new Uint8Array(Buffer.from(parts['root_ca_crl']!, 'hex')),
    }),
    now,
    roots: INTEL_ROOTS,
  };
}
