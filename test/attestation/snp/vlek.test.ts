import { describe, expect, it } from 'vitest';
import { verifySession } from '../../../attestation/index.js';
import { findAnchor } from '../../../attestation/snp/anchor.js';
import { failures, pemVector } from '../fixture.js';
import { CLOUD, hierarchy, type VlekParts, vlekExtensions, vlekSession } from './hierarchy.js';

const failuresOf = async (parts: VlekParts) => failures(await verifySession(await vlekSession(parts)));
const without = (arcs: string) => {
  const { [arcs]: _, ...rest } = vlekExtensions();
  return rest;
};

describe('a session whose report a VLEK signs', () => {
  it('verifies where the policy accepts that cloud provider', async () => {
    const verdict = await verifySession(await vlekSession());
    expect(failures(verdict)).toEqual([]);
    expect(verdict).toMatchObject({ ok: true, simulated: true, platform: 'sev-snp' });
    expect(verdict.checks.find(({ name }) => name === 'signing-key')?.detail).toBe(`VLEK of ${CLOUD}`);
  });

  it('verifies with a whole table as with the VLEK alone', async () => {
    const table: VlekParts['table'] = ({ vlek }, { ark, asvk }) => ({
      vlek: vlek!,
      ask: asvk.der,
      ark: ark.der,
    });
    expect(await failuresOf({ table })).toEqual([]);
  });

  it('verifies on any chip: a VLEK says nothing of chips', async () => {
    expect(await failuresOf({ report: { chipId: new Uint8Array(64).fill(3) } })).toEqual([]);
  });

  it('is refused unless the policy names VLEKs, and this provider', async () => {
    const others = { vlek: { cloudProviders: ['Another Cloud'] } };
    expect(await failuresOf({ policy: others })).toEqual(['signing-key: policy-cloud-provider']);
    const { policy, ...session } = await vlekSession();
    const { vlek: _, ...plain } = policy;
    expect(failures(await verifySession({ ...session, policy: plain }))).toEqual([
      'signing-key: policy-signing-key',
    ]);
  });

  it.each<[string, string, VlekParts]>([
    [
      'when the table holds none',
      'chain: snp-certificate-missing',
      { table: ({ vlek }) => ({ vcek: vlek! }) },
    ],
    ['without a provider', 'chain: snp-certificate-malformed', { extensions: without('5') }],
    [
      'with the hardware id of a VCEK',
      'chain: snp-certificate-malformed',
      { extensions: { ...vlekExtensions(), '4': new Uint8Array(64) } },
    ],
    [
      'of an unknown product',
      'chain: snp-certificate-malformed',
      { extensions: { ...vlekExtensions(), '2': Uint8Array.of(0x16, 1, 0x41) } },
    ],
    [
      'of another product',
      'chain: snp-product-mismatch',
      { extensions: { ...vlekExtensions(), '2': Uint8Array.of(0x16, 5, ...Buffer.from('Genoa')) } },
    ],
    [
      'under the authority of VCEKs',
      'chain: snp-chain-mixed',
      { table: ({ vlek }, { ask, ark }) => ({ vlek: vlek!, ask: ask.der, ark: ark.der }) },
    ],
    [
      'of another patch level',
      'tcb: snp-tcb-mismatch',
      { extensions: { ...vlekExtensions(), '3.3': Uint8Array.of(2, 1, 59) } },
    ],
    ['that the report says is a VCEK', 'chain: snp-certificate-missing', { report: { signingKey: 'vcek' } }],
  ])('is refused %s', async (_, expected, parts) => {
    expect(await failuresOf(parts)).toEqual([expected]);
  });

  it('is refused under the real roots', async () => {
    const { roots: _, ...session } = await vlekSession();
    expect(failures(await verifySession({ ...session, roots: {} }))).toEqual(['chain: snp-unknown-root']);
  });
});

describe('the anchor of a VLEK', () => {
  it("is AMD's root that the table names", async () => {
    for (const [product, file] of [
      ['Milan', 'asvk_ark_milan.pem'],
      ['Genoa', 'asvk_ark_genoa.pem'],
      ['Turin', 'asvk_ark_turin.pem'],
    ] as const) {
      // Whether the key is the ASVK's is for the chain to say.
      const [, ark] = pemVector(file);
      expect(findAnchor({ vlek: new Uint8Array(0), ark: ark! }, 'vlek').name).toBe(product);
    }
  });

  it('is none for the simulated root, which issues no VLEKs', async () => {
    const { anchor } = await hierarchy();
    const { asvk: _, ...bare } = anchor;
    const session = await vlekSession();
    const failed = failures(await verifySession({ ...session, roots: { amd: [bare] } }));
    expect(failed).toEqual(['chain: snp-unknown-root']);
    const whole = await vlekSession({ table: ({ vlek }, { ark }) => ({ vlek: vlek!, ark: ark.der }) });
    expect(failures(await verifySession({ ...whole, roots: { amd: [bare] } }))).toEqual([
      'chain: snp-certificate-missing',
    ]);
  });
});
