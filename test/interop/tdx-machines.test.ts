/** TDX machines that never were, made by the specifications: others draw the same lines around them as we do. */
import 'reflect-metadata';
import {
  AuthorityKeyIdentifierExtension,
  CRLDistributionPointsExtension,
  SubjectKeyIdentifierExtension,
} from '@peculiar/x509';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyTdxQuote } from '../../attestation/tdx/index.js';
import type { TdxRequest } from '../../bench/attestation/google.js';
import type { Peer, PeerVerdict } from '../../bench/attestation/peer.js';
import { type Parts as MachineParts, machine } from '../attestation/tdx/machine/index.js';
import {
  DAY,
  makeCrl,
  makePki,
  NOW,
  PCK_VALUES,
  type Pki,
  sgxExtension,
  sgxExtensions,
} from '../attestation/tdx/machine/pki.js';
import { failures } from '../attestation/tdx/results.js';
import { dcapQvl, google, type Invited } from './peers.js';
import { quoteSubject } from './subjects.js';

judgeTdx('go-tdx-guest', google());
judgeTdx('dcap-qvl', dcapQvl());

function judgeTdx(name: string, { start, missing }: Invited<TdxRequest>): void {
  describe(name, () => {
    if (missing !== undefined) return it.skip(missing);
    let peer: Peer<TdxRequest>;
    let pki: Pki;
    beforeAll(async () => {
      peer = start();
      pki = await namedPki();
    });
    afterAll(() => peer.close());

    /** Everybody's answer: ours is empty when the quote is genuine and the machine up to date. */
    const judge = async (parts: MachineParts): Promise<{ ours: string; theirs: PeerVerdict }> => {
      const input = await machine({
        pki,
        ...parts,
        tcbInfo: (json) => parts.tcbInfo?.(small(json)) ?? small(json),
      });
      const { platform, ...verdict } = await verifyTdxQuote(input);
      const { request, parts: stapled } = quoteSubject('a TD', input, { roots: [pki.root.der] });
      return {
        ours: failures(verdict)[0] ?? platform!.tcb.status,
        theirs: await peer.ask(request(stapled)),
      };
    };

    it('verifies the quote of a machine that is up to date', async () => {
      expect(await judge({})).toMatchObject({ ours: 'UpToDate', theirs: { verify: '' } });
    });

    it.each<[string, string, RegExp, () => Promise<MachineParts> | MachineParts]>([
      ['old TDX components', 'OutOfDate', /OutOfDate/, () => ({ fields: { teeTcbSvn: svn(5, 1, 3) } })],
      ['an old TDX module', 'OutOfDate', /OutOfDate/, () => ({ fields: { teeTcbSvn: svn(3, 1, 4) } })],
      ['an old quoting enclave', 'OutOfDate', /OutOfDate/, () => ({ qe: { isvSvn: 5 } })],
      [
        'a machine below every level',
        'tcb: tdx-tcb-unknown',
        /[Nn]o matching TCB level/,
        () => ({ fields: { teeTcbSvn: svn(5, 1, 1) } }),
      ],
      [
        'an unknown module',
        'tcb: tdx-module-unknown',
        /TDX_02/,
        () => ({ fields: { teeTcbSvn: svn(5, 2, 4) } }),
      ],
      [
        "a module of somebody else's",
        'tcb: tdx-module-mismatch',
        /MRSIGNER/,
        () => ({ fields: { mrSignerSeam: new Uint8Array(48).fill(1) } }),
      ],
      [
        'another enclave in place of the quoting enclave',
        'quoting-enclave: tdx-qe-identity',
        /MRSIGNER/,
        () => ({ qe: { mrSigner: new Uint8Array(32) } }),
      ],
      [
        'collateral of another machine',
        'collateral: tdx-fmspc-mismatch',
        /FMSPC|Fmspc/,
        () => ({ tcbInfo: (json) => ({ ...json, fmspc: '00906ed50000' }) }),
      ],
      [
        'collateral that is out of date',
        'collateral: tdx-collateral-expired',
        /QE ?Identity (has )?expired/i,
        () => ({ qeIdentity: (json) => ({ ...json, nextUpdate: '2026-06-15T11:00:00Z' }) }),
      ],
      [
        'a revoked PCK',
        'revocation: tdx-certificate-revoked',
        /PCK Leaf certificate .* revoked|CertRevoked/,
        async () => ({ collateral: { pckCrl: await makeCrl(pki.authority, { revoked: [pki.pck] }) } }),
      ],
      [
        'a revoked authority',
        'revocation: tdx-certificate-revoked',
        /intermediate certificate .* revoked|CertRevoked/,
        async () => ({ collateral: { rootCrl: await makeCrl(pki.root, { revoked: [pki.authority] }) } }),
      ],
      [
        'a revocation list that is out of date',
        'revocation: tdx-crl-expired',
        /CRL has expired|CrlExpired/,
        async () => ({
          collateral: {
            rootCrl: await makeCrl(pki.root, { nextUpdate: new Date(NOW.getTime() - DAY / 24) }),
          },
        }),
      ],
    ])('objects, as we do, to %s', async (_, ours, theirs, parts) => {
      const found = await judge(await parts());
      expect(found.ours).toBe(ours);
      expect(found.theirs).toMatchObject({ verify: expect.stringMatching(theirs), panicked: false });
    });
  });
}

/** With the extensions of Intel's certificates that go-tdx-guest counts on. */
async function namedPki(): Promise<Pki> {
  const points = new CRLDistributionPointsExtension(['https://nowhere.example/RootCA.der']);
  const sgx = sgxExtension(sgxExtensions(PCK_VALUES));
  const identifier = '00'.repeat(20);
  const identifiers = [
    new SubjectKeyIdentifierExtension(identifier),
    new AuthorityKeyIdentifierExtension(identifier),
  ];
  return makePki({ root: { extensions: [points] }, pck: { extensions: [sgx, points, ...identifiers] } });
}

const svn = (...leading: number[]) => Uint8Array.from({ length: 16 }, (_, i) => leading[i] ?? 0);
/** go-tdx-guest wants the FMSPC in small letters. */
const small = <Json extends { readonly fmspc: string }>(json: Json): Json => ({
  ...json,
  fmspc: Buffer.from(PCK_VALUES.fmspc).toString('hex'),
});
