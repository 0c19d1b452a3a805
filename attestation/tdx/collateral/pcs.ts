/**
 * Getting collateral from Intel's Provisioning Certification Service (PCS API v4), or a cache of it. For servers: they
 * staple the result, so that clients never call anybody.
 */
import { download, type VendorRequest } from '../../download.js';
import { AttestationError, type AttestationErrorCode } from '../../error.js';
import { splitQuote } from '../abi/index.js';
import { readMachine } from '../verify/chain.js';
import { readPem } from '../verify/pem.js';
import type { TdxCollateral } from './collateral.js';

const PCS = 'https://api.trustedservices.intel.com';
const ROOT_CRL = 'https://certificates.trustedservices.intel.com/IntelSGXRootCA.der';
const TCB_INFO_CHAIN = 'TCB-Info-Issuer-Chain';
const QE_IDENTITY_CHAIN = 'SGX-Enclave-Identity-Issuer-Chain';
const UNAVAILABLE = 'tdx-collateral-unavailable';

export interface CollateralRequest extends VendorRequest {
  /** A quote of this machine: its PCK certificate says what to ask for. */
  readonly quote: Uint8Array;
  /** Origin of the service; Intel's unless given. */
  readonly origin?: string;
}

/**
 * Fetches the collateral of the machine that made a quote. Nothing is verified here: that is the client's part.
 *
 * @throws AttestationError `tdx-quote-…` or `tdx-certificate-malformed` or `tdx-pck-extension` when the quote cannot be
 *   read, `tdx-fmspc-unknown` when Intel does not know the machine, `tdx-collateral-unavailable` when the service does
 *   not answer or too much, `tdx-collateral-malformed` when it answers something else
 */
export async function fetchTdxCollateral(request: CollateralRequest): Promise<TdxCollateral> {
  const { fmspc, authority } = readMachine(splitQuote(request.quote).pckChain);
  const origin = request.origin ?? PCS;
  const get = (url: string, unknown: AttestationErrorCode = UNAVAILABLE) =>
    download(request, url, { unavailable: UNAVAILABLE, unknown });
  const [tcbInfo, qeIdentity, pckCrl, rootCrl] = await Promise.all([
    get(`${origin}/tdx/certification/v4/tcb?fmspc=${fmspc}`, 'tdx-fmspc-unknown'),
    get(`${origin}/tdx/certification/v4/qe/identity`),
    get(`${origin}/sgx/certification/v4/pckcrl?ca=${authority}&encoding=der`),
    get(ROOT_CRL),
  ]);
  return {
    tcbInfo: tcbInfo.body,
    tcbInfoSigner: signerOf(tcbInfo.headers.get(TCB_INFO_CHAIN)),
    qeIdentity: qeIdentity.body,
    qeIdentitySigner: signerOf(qeIdentity.headers.get(QE_IDENTITY_CHAIN)),
    pckCrl: pckCrl.body,
    rootCrl: rootCrl.body,
  };
}

/** The first certificate of a percent-encoded PEM chain, as PCS puts it into a header. */
function signerOf(header: string | null): Uint8Array {
  const pem = new TextEncoder().encode(percentDecoded(header ?? ''));
  const [signer] = readPem(pem, 'tdx-collateral-malformed');
  if (!signer) throw new AttestationError('tdx-collateral-malformed', 'the answer names no issuer');
  return signer;
}

function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    if (!(cause instanceof URIError)) throw cause;
    throw new AttestationError('tdx-collateral-malformed', 'an issuer chain is not percent-encoded', {
      cause,
    });
  }
}
