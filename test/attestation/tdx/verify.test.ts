import 'reflect-metadata';
import { Extension, X509Certificate } from '@peculiar/x509';
import { describe, expect, it } from 'vitest';
import { INTEL_ROOTS, type TdxVerification, verifyTdxQuote } from '../../../attestation/tdx/index.js';
import { machine, type Parts, standardPki } from './machine/index.js';
import {
  DAY,
  generateKeys,
  makePki,
  NOW,
  PCK_VALUES,
  type Pki,
  pem,
  SIGNER,
  sgxExtension,
  sgxExtensions,
} from './machine/pki.js';
import { failures, flipped } from './results.js';
import { REAL, vector } from './vectors.js';

const NAMES = ['evidence', 'chain', 'collateral', 'revocation', 'quoting-enclave', 'signature', 'tcb'];
type PkiChanges = NonNullable<Parameters<typeof makePki>[0]>;

const failuresOf = async (input: TdxVerification) => failures(await verifyTdxQuote(input));
/** What a machine of other certificates fails with. */
const failuresUnder = async (changes: PkiChanges) =>
  failuresOf(await machine({ pki: await makePki(changes) }));

describe('the embedded root', () => {
  it("is Intel's, as published", () => {
    const published = new X509Certificate(new TextDecoder().decode(vector('root-ca.pem')));
    expect(INTEL_ROOTS).toEqual([new Uint8Array(published.rawData)]);
    expect(published.subject).toContain('CN=Intel SGX Root CA');
  });
});

describe('a real quote with its real collateral', () => {
  it('verifies in all but its patch level: that machine is below every level of the list', async () => {
    const verdict = await verifyTdxQuote(REAL);
    expect(verdict.checks.map(({ name }) => name)).toEqual(NAMES);
    expect(failures(verdict)).toEqual(['tcb: tdx-tcb-unknown']);
    expect(verdict.ok).toBe(false);
    expect(verdict.quote?.version).toBe(4);
    expect(verdict.platform).toBeUndefined();
  });

  it.each([
    ['before its collateral was issued', '2023-06-18T08:42:57Z', 'collateral: tdx-collateral-not-yet-valid'],
    [
      'after its collateral was due for renewal',
      '2023-07-08T07:25:00Z',
      'collateral: tdx-collateral-expired',
    ],
    ['after its chain expired', '2050-01-01T00:00:00Z', 'chain: tdx-chain-expired'],
    ['before its chain was valid', '2018-01-01T00:00:00Z', 'chain: tdx-chain-not-yet-valid'],
  ])('is refused %s', async (_, now, expected) => {
    expect(await failuresOf({ ...REAL, now: new Date(now) })).toEqual([expected]);
  });

  it('is refused under any other root', async () => {
    const { root } = await standardPki();
    expect(await failuresOf({ ...REAL, roots: [root.der] })).toEqual(['chain: tdx-unknown-root']);
  });
});

describe('a machine', () => {
  it.each([
    ['version 4', { version: 4, body: 'td10' }],
    ['version 5, TD 1.0', { version: 5, body: 'td10' }],
    ['version 5, TD 1.5', { version: 5, body: 'td15' }],
  ] as const)('with a quote of %s verifies, every check in order', async (_, fields) => {
    const verdict = await verifyTdxQuote(await machine({ fields }));
    expect(verdict.checks.map(({ name }) => name)).toEqual(NAMES);
    expect(failures(verdict)).toEqual([]);
    expect(verdict).toMatchObject({ ok: true, quote: fields, platform: { fmspc: PCK_VALUES.fmspc } });
    expect(verdict.platform?.tcb).toMatchObject({ status: 'UpToDate', advisories: [], evaluationNumber: 17 });
  });

  it('with a PCK of the Processor CA verifies', async () => {
    expect(await failuresUnder({ authority: { name: 'Intel SGX PCK Processor CA' } })).toEqual([]);
  });
});

describe('a PCK chain is refused', () => {
  const year = (n: number) => new Date(NOW.getTime() + n * 365 * DAY);
  it.each<[string, string, PkiChanges]>([
    ['whose root expired', 'tdx-chain-expired', { root: { notAfter: year(-0.5) } }],
    ['whose authority expired', 'tdx-chain-expired', { authority: { notAfter: year(-0.5) } }],
    ['whose PCK expired', 'tdx-chain-expired', { pck: { notAfter: year(-0.5) } }],
    ['whose PCK is of the future', 'tdx-chain-not-yet-valid', { pck: { notBefore: year(0.5) } }],
    ['whose authority is none', 'tdx-certificate-malformed', { authority: { authority: false } }],
    ['whose authority may not sign certificates', 'tdx-certificate-malformed', { authority: { usages: 2 } }],
    ['whose root is no authority', 'tdx-certificate-malformed', { root: { authority: false } }],
    ['whose PCK is an authority', 'tdx-certificate-malformed', { pck: { authority: true } }],
    ['whose PCK may not sign data', 'tdx-certificate-malformed', { pck: { usages: 4 } }],
    ['of an authority for something else', 'tdx-chain-mixed', { authority: { name: SIGNER.name } }],
    ['of a certificate for something else', 'tdx-chain-mixed', { pck: { name: SIGNER.name } }],
    [
      'with a critical extension that nobody here understands',
      'tdx-certificate-malformed',
      { authority: { extensions: [new Extension('2.5.29.30', true, Uint8Array.of(0x30, 0))] } },
    ],
    ['without SGX extensions', 'tdx-pck-extension', { pck: { extensions: [] } }],
    [
      'with SGX extensions that are too short',
      'tdx-pck-extension',
      { pck: { extensions: [sgxExtension(sgxExtensions({ ...PCK_VALUES, components: [1, 2, 3] }))] } },
    ],
    [
      'with an FMSPC of five bytes',
      'tdx-pck-extension',
      { pck: { extensions: [sgxExtension(sgxExtensions({ ...PCK_VALUES, fmspc: new Uint8Array(5) }))] } },
    ],
    [
      'with a PCE of three bytes',
      'tdx-pck-extension',
      { pck: { extensions: [sgxExtension(sgxExtensions({ ...PCK_VALUES, pceId: new Uint8Array(3) }))] } },
    ],
    [
      'with a PCE version that takes three bytes',
      'tdx-pck-extension',
      { pck: { extensions: [sgxExtension(sgxExtensions({ ...PCK_VALUES, pceSvn: 70_000 }))] } },
    ],
  ])('%s', async (_, code, changes) => {
    expect(await failuresUnder(changes)).toEqual([`chain: ${code}`]);
  });

  it('whose certificates only claim their names', async () => {
    const { privateKey } = await generateKeys();
    expect(await failuresUnder({ authority: { signedBy: privateKey } })).toEqual([
      'chain: tdx-chain-bad-signature',
    ]);
    expect(await failuresUnder({ pck: { signedBy: privateKey } })).toEqual([
      'chain: tdx-chain-bad-signature',
    ]);
  });

  const withChain = async (chain: (pki: Pki) => Uint8Array) => {
    const pki = await standardPki();
    return failuresOf(await machine({ signature: { pckChain: chain(pki) } }));
  };
  it.each<[string, string, (pki: Pki, other: Pki) => Uint8Array]>([
    ['of two certificates', 'tdx-certificate-malformed', ({ pck, authority }) => pem(pck, authority)],
    ['of four', 'tdx-certificate-malformed', (p) => pem(p.pck, p.authority, p.root, p.root)],
    ['of none', 'tdx-certificate-malformed', () => new Uint8Array(0)],
    ['in another order', 'tdx-unknown-root', (p) => pem(p.root, p.authority, p.pck)],
    ['of two hierarchies', 'tdx-chain-bad-signature', (p, other) => pem(other.pck, p.authority, p.root)],
    ['that skips its authority', 'tdx-chain-mixed', (p) => pem(p.pck, p.root, p.root)],
    [
      'with words between',
      'tdx-certificate-malformed',
      (p) => join(pem(p.pck), text('x\n'), pem(p.authority, p.root)),
    ],
    [
      'with an empty certificate',
      'tdx-certificate-malformed',
      (p) => join(empty, pem(p.pck, p.authority, p.root)),
    ],
    ['in one long line', 'tdx-certificate-malformed', (p) => oneLine(pem(p.pck, p.authority, p.root))],
    ['that is too long', 'tdx-certificate-malformed', () => new Uint8Array(17_000).fill(0x2d)],
  ])('%s', async (_, code, chain) => {
    const other = await makePki();
    expect(await withChain((pki) => chain(pki, other))).toEqual([`chain: ${code}`]);
  });

  it('unless it ends as quoting libraries write it: with a NUL, without its last line end', async () => {
    const whole = ({ pck, authority, root }: Pki) => pem(pck, authority, root);
    expect(await withChain((pki) => join(whole(pki), Uint8Array.of(0)))).toEqual([]);
    expect(await withChain((pki) => whole(pki).slice(0, -1))).toEqual([]);
    expect(await withChain((pki) => join(whole(pki).slice(0, -1), Uint8Array.of(0)))).toEqual([]);
  });
});

const text = (words: string) => new TextEncoder().encode(words);
const empty = text('-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n');
const join = (...parts: Uint8Array[]) => new Uint8Array(Buffer.concat(parts));
const oneLine = (bytes: Uint8Array) =>
  text(new TextDecoder().decode(bytes).replaceAll(/(?<=[^-])\n(?=[^-])/g, ''));

describe('a quoting enclave is refused', () => {
  it.each<[string, string, Parts]>([
    ['of another signer', 'tdx-qe-identity', { qe: { mrSigner: new Uint8Array(32) } }],
    ['of another product', 'tdx-qe-identity', { qe: { isvProdId: 1 } }],
    ['under debug', 'tdx-qe-identity', { qe: { attributes: Uint8Array.of(0x17, ...new Uint8Array(15)) } }],
    ['with another MISCSELECT', 'tdx-qe-identity', { qe: { miscSelect: Uint8Array.of(1, 0, 0, 0) } }],
    ['older than every level', 'tdx-qe-tcb-unknown', { qe: { isvSvn: 3 } }],
    [
      'whose report is not of this key',
      'tdx-qe-binding',
      { signature: { attestationKey: new Uint8Array(64) } },
    ],
    ['whose report is not of this data', 'tdx-qe-binding', { signature: { qeAuthData: new Uint8Array(32) } }],
    [
      'whose report the PCK did not sign',
      'tdx-qe-bad-signature',
      { signature: { qeReport: new Uint8Array(384) } },
    ],
  ])('%s', async (_, code, parts) => {
    expect(await failuresOf(await machine(parts))).toEqual([`quoting-enclave: ${code}`]);
  });
});

describe('a quote is refused', () => {
  it('that its attestation key did not sign', async () => {
    const good = await machine();
    expect(await failuresOf({ ...good, quote: flipped(good.quote, 600) })).toEqual([
      'signature: tdx-bad-signature',
    ]);
    const signature = new Uint8Array(64);
    expect(await failuresOf(await machine({ signature: { signature } }))).toEqual([
      'signature: tdx-bad-signature',
    ]);
  });

  it("of another vendor's enclave, though signed", async () => {
    const input = await machine({ fields: { qeVendorId: new Uint8Array(16) } });
    expect(await failuresOf(input)).toEqual(['signature: tdx-quote-vendor']);
  });

  it('that is none, and then nothing else is reached', async () => {
    const { ok, checks } = await verifyTdxQuote({ ...(await machine()), quote: new Uint8Array(0) });
    expect(ok).toBe(false);
    expect(checks.map(({ code }) => code)).toEqual(['tdx-quote-truncated', ...Array(6).fill('not-checked')]);
  });
});

describe("the caller's own mistakes", () => {
  it('are thrown', async () => {
    const invalid = expect.objectContaining({ code: 'policy-invalid' });
    await expect(verifyTdxQuote({ ...REAL, now: new Date('never') })).rejects.toThrow(invalid);
    await expect(verifyTdxQuote({ ...REAL, roots: [] })).rejects.toThrow(invalid);
  });
});
