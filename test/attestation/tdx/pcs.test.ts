import { describe, expect, it } from 'vitest';
import {
  encodeTdxCollateral,
  fetchTdxCollateral,
  INTEL_ROOTS,
  verifyTdxQuote,
} from '../../../attestation/tdx/index.js';
import { failures } from './results.js';
import { REAL, REAL_COLLATERAL, REAL_QUOTE, vector } from './vectors.js';

const chain = (name: string) => ({
  headers: { [name]: new TextDecoder().decode(vector('tcb-info-issuer-chain.txt')) },
});
const PCS = 'https://api.trustedservices.intel.com';

/** Intel's service, from what it once answered; `changes` by URL. */
function service(changes: { readonly [url: string]: () => Response } = {}) {
  const asked: string[] = [];
  const answers: { readonly [url: string]: () => Response } = {
    [`${PCS}/tdx/certification/v4/tcb?fmspc=50806f000000`]: () =>
      new Response(new Uint8Array(vector('tcb-info.json')), chain('TCB-Info-Issuer-Chain')),
    [`${PCS}/tdx/certification/v4/qe/identity`]: () =>
      new Response(new Uint8Array(vector('qe-identity.json')), chain('SGX-Enclave-Identity-Issuer-Chain')),
    [`${PCS}/sgx/certification/v4/pckcrl?ca=platform&encoding=der`]: () =>
      new Response(new Uint8Array(vector('pck-platform.crl'))),
    'https://certificates.trustedservices.intel.com/IntelSGXRootCA.der': () =>
      new Response(new Uint8Array(vector('root-ca.crl'))),
    ...changes,
  };
  const fetch = async (url: string | URL | Request) => {
    asked.push(String(url));
    return answers[String(url)]?.() ?? new Response('', { status: 500 });
  };
  return { asked, fetch: fetch as typeof globalThis.fetch };
}
const TCB = `${PCS}/tdx/certification/v4/tcb?fmspc=50806f000000`;

describe("collateral from Intel's service", () => {
  it('is asked for by what the PCK certificate says, and verifies', async () => {
    const { asked, fetch } = service();
    const collateral = await fetchTdxCollateral({ quote: REAL_QUOTE, fetch });
    expect(asked).toHaveLength(4);
    expect(collateral).toEqual(REAL_COLLATERAL);
    const verdict = await verifyTdxQuote({
      ...REAL,
      collateral: encodeTdxCollateral(collateral),
      roots: INTEL_ROOTS,
    });
    expect(failures(verdict)).toEqual(['tcb: tdx-tcb-unknown']);
  });

  it('may come from a cache at another origin', async () => {
    const { asked, fetch } = service();
    const request = fetchTdxCollateral({ quote: REAL_QUOTE, fetch, origin: 'https://cache.example' });
    await expect(request).rejects.toMatchObject({ code: 'tdx-collateral-unavailable' });
    expect(asked[0]).toBe('https://cache.example/tdx/certification/v4/tcb?fmspc=50806f000000');
  });

  it.each<[string, string, { [url: string]: () => Response }]>([
    [
      'Intel does not know the machine',
      'tdx-fmspc-unknown',
      { [TCB]: () => new Response('', { status: 404 }) },
    ],
    ['the service is busy', 'tdx-collateral-unavailable', { [TCB]: () => new Response('', { status: 503 }) }],
    ['the answer names no issuer', 'tdx-collateral-malformed', { [TCB]: () => new Response('{}') }],
    [
      'the issuer is not percent-encoded',
      'tdx-collateral-malformed',
      { [TCB]: () => new Response('{}', { headers: { 'TCB-Info-Issuer-Chain': '%E0%A4' } }) },
    ],
    [
      'the issuer is no certificate',
      'tdx-collateral-malformed',
      { [TCB]: () => new Response('{}', { headers: { 'TCB-Info-Issuer-Chain': 'nobody' } }) },
    ],
  ])('is not there when %s', async (_, code, changes) => {
    const { fetch } = service(changes);
    await expect(fetchTdxCollateral({ quote: REAL_QUOTE, fetch })).rejects.toMatchObject({ code });
  });

  it('is not asked for with something that is no quote', async () => {
    const { asked, fetch } = service();
    const request = fetchTdxCollateral({ quote: new Uint8Array(9), fetch });
    await expect(request).rejects.toMatchObject({ code: 'tdx-quote-version' });
    expect(asked).toEqual([]);
  });
});
