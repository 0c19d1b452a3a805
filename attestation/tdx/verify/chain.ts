/** Root → PCK CA → PCK: the key that vouches for the quoting enclave, and Root → TCB Signing: the key of collateral. */
import { bytesToHex } from '@noble/hashes/utils.js';
import { sameBytes } from '../../bytes.js';
import { AttestationError } from '../../error.js';
import {
  type ChainCertificate,
  readChainCertificate,
  requireAuthority,
  requireEndEntity,
  requireIssued,
  requireValid,
} from './certificate.js';
import { keyOfSpki } from './ecdsa.js';
import { type PckPlatform, readPckPlatform } from './pck.js';
import { readPem } from './pem.js';

/** PCK certificates are issued by one of two authorities, by the kind of machine. */
const PCK_AUTHORITIES: ReadonlyMap<string, PckAuthority> = new Map([
  ['Intel SGX PCK Platform CA', 'platform'],
  ['Intel SGX PCK Processor CA', 'processor'],
]);
const TCB_SIGNING = 'Intel SGX TCB Signing';
const PCK_CERTIFICATE = 'Intel SGX PCK Certificate';

type PckAuthority = 'platform' | 'processor';
type PckChain = readonly [pck: ChainCertificate, authority: ChainCertificate, root: ChainCertificate];

/** A PCK under a known root: the only thing a quoting enclave's report is verified with. */
export interface VerifiedPck {
  readonly key: CryptoKey;
  readonly platform: PckPlatform;
  readonly authority: PckAuthority;
  /** Leaf, its authority, root: what revocation is checked for. */
  readonly chain: PckChain;
}

/**
 * Verifies a quote's PCK chain, all certificates valid at `now`.
 *
 * @param roots DER of the roots that are trusted, compared byte for byte
 * @throws AttestationError `tdx-certificate-malformed`, `tdx-unknown-root`, `tdx-chain-…`, `tdx-pck-extension`
 */
export async function verifyPckChain(
  pem: Uint8Array,
  roots: readonly Uint8Array[],
  now: Date,
): Promise<VerifiedPck> {
  const chain = readChain(pem);
  const [pck, ca, root] = chain;
  requireRoot(root, roots);
  for (const certificate of [root, ca, pck]) requireValid(certificate, now);
  requireAuthority(root);
  requireAuthority(ca);
  requireEndEntity(pck);
  await requireIssued(ca, root);
  await requireIssued(pck, ca);
  return {
    key: await keyOfSpki(pck.spki, 'tdx-certificate-malformed'),
    platform: readPckPlatform(pck),
    authority: authorityOf(chain),
    chain,
  };
}

/**
 * Which machine a chain is of, without verifying it: for a server that asks about its own.
 *
 * @returns the FMSPC in hexadecimal, and the PCK's authority
 * @throws AttestationError `tdx-certificate-malformed`, `tdx-chain-mixed`, `tdx-pck-extension`
 */
export function readMachine(pem: Uint8Array): { readonly fmspc: string; readonly authority: PckAuthority } {
  const chain = readChain(pem);
  return { fmspc: bytesToHex(readPckPlatform(chain[0]).fmspc), authority: authorityOf(chain) };
}

function readChain(pem: Uint8Array): PckChain {
  const [pck, ca, root, ...more] = readPem(pem, 'tdx-certificate-malformed').map(readChainCertificate);
  if (!pck || !ca || !root || more.length > 0) {
    throw new AttestationError('tdx-certificate-malformed', 'a PCK chain is three certificates');
  }
  return [pck, ca, root];
}

function authorityOf([pck, ca]: PckChain): PckAuthority {
  const authority = PCK_AUTHORITIES.get(ca.commonName);
  if (!authority || pck.commonName !== PCK_CERTIFICATE) {
    throw new AttestationError(
      'tdx-chain-mixed',
      `${pck.commonName} under ${ca.commonName} is not a PCK certificate under a PCK authority`,
    );
  }
  return authority;
}

/**
 * Verifies the certificate that collateral is signed with: issued by the same root, for nothing else.
 *
 * @throws AttestationError `tdx-certificate-malformed`, `tdx-chain-…`
 */
export async function verifyTcbSigner(
  der: Uint8Array,
  root: ChainCertificate,
  now: Date,
): Promise<{ readonly key: CryptoKey; readonly certificate: ChainCertificate }> {
  const certificate = readChainCertificate(der);
  requireValid(certificate, now);
  requireEndEntity(certificate);
  await requireIssued(certificate, root);
  if (certificate.commonName !== TCB_SIGNING) {
    throw new AttestationError('tdx-chain-mixed', `${certificate.commonName} is not ${TCB_SIGNING}`);
  }
  return { key: await keyOfSpki(certificate.spki, 'tdx-certificate-malformed'), certificate };
}

function requireRoot(root: ChainCertificate, roots: readonly Uint8Array[]): void {
  if (!roots.some((trusted) => sameBytes(trusted, root.der))) {
    throw new AttestationError(
      'tdx-unknown-root',
      `the quote's chain ends in "${root.commonName}", which is not a trusted root`,
    );
  }
}
