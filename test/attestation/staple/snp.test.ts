import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Evidence } from '../../../attestation/index.js';
import { readCertificateTable, writeCertificateTable } from '../../../attestation/snp/abi/index.js';
import {
  checkSnpRevocationList,
  checkVcek,
  fetchSnpRevocationList,
  fetchVcek,
  readSnpMachine,
  type SnpMachine,
  withVcek,
} from '../../../attestation/staple/index.js';
import { simulatedPlatform } from '../../../attestation/tsm/simulated-platform.js';
import { writeReport } from '../../../attestation/tsm/simulated-report.js';
import { CHIPS, flipped, goodReport, vector } from '../fixture.js';
import { crl, type Hierarchy, hierarchy, leaf, vcekExtensions, vlekExtensions } from '../snp/hierarchy.js';
import { broken, elsewhere, endless, KDS, never, type Vendors, vendors } from './vendors.js';

const HOUR = 3_600_000;
const MILAN = CHIPS.Milan;
const HW_ID = Buffer.from(MILAN.hwId).toString('hex');
const VCEK = `${KDS}/vcek/v1/Milan/${HW_ID}?blSPL=10&teeSPL=01&snpSPL=60&ucodeSPL=230`;
const LIST = `${KDS}/vcek/v1/Milan/crl`;
const now = new Date();

let all: Hierarchy;
let amd: Vendors;
let machine: SnpMachine;
let evidence: Evidence;
const judgement = () => ({ now: new Date(), anchors: [all.anchor] });
beforeAll(async () => {
  [all, amd] = await Promise.all([hierarchy(), vendors()]);
  const platform = await simulatedPlatform(MILAN);
  evidence = { provider: 'sev_guest', outblob: await platform.sign(writeReport(goodReport(MILAN), 'Milan')) };
  machine = readSnpMachine(evidence);
});
afterAll(() => amd.close());
beforeEach(() => {
  amd.answers.clear();
  amd.asked.length = 0;
});

describe('a machine', () => {
  it.each(['Milan', 'Genoa', 'Turin'] as const)('of %s is known by its own report', async (product) => {
    const chip = CHIPS[product];
    const { sign } = await simulatedPlatform(chip);
    const outblob = await sign(writeReport(goodReport(chip), product));
    expect(readSnpMachine({ provider: 'sev_guest', outblob })).toEqual({
      product,
      kind: 'vcek',
      hwId: chip.hwId,
      tcb: chip.tcb,
      endorsed: false,
    });
  });

  it('may have its certificate from the host, which is of use while the TCB is the same', async () => {
    const { auxblob } = await simulatedPlatform(MILAN);
    expect(readSnpMachine({ ...evidence, auxblob })).toMatchObject({ endorsed: true });
    const old = await simulatedPlatform({ ...MILAN, tcb: { ...MILAN.tcb, microcode: 1 } });
    expect(readSnpMachine({ ...evidence, auxblob: old.auxblob })).toMatchObject({ endorsed: false });
  });

  it('whose report names no processor is known by its certificate', () => {
    const outblob = vector('milan-v2.report.bin');
    const auxblob = writeCertificateTable({ vcek: vector('milan-vcek.der') });
    expect(readSnpMachine({ provider: 'sev_guest', outblob, auxblob })).toMatchObject({
      product: 'Milan',
      endorsed: true,
    });
    expect(() => readSnpMachine({ provider: 'sev_guest', outblob })).toThrow(
      expect.objectContaining({ code: 'snp-product-unknown' }),
    );
  });

  it('with a report that is none, or a table that is none, is not', () => {
    const refused = (changes: Partial<Evidence>) => () => readSnpMachine({ ...evidence, ...changes });
    expect(refused({ outblob: new Uint8Array(9) })).toThrow(
      expect.objectContaining({ code: 'snp-report-size' }),
    );
    expect(refused({ auxblob: new Uint8Array(9) })).toThrow(
      expect.objectContaining({ code: 'snp-table-malformed' }),
    );
    expect(refused({ outblob: flipped(evidence.outblob, 0x048, 4) })).toThrow(
      expect.objectContaining({ code: 'snp-signing-key-unsupported' }),
    );
  });
});

describe('a VCEK', () => {
  it('is asked for by product, chip and TCB, and goes into the table of the host', async () => {
    const { der } = await leaf(all.ask, vcekExtensions(MILAN.hwId));
    amd.answers.set(VCEK, der);
    const vcek = await fetchVcek(machine, amd);
    expect(amd.asked).toEqual([VCEK]);
    expect(await checkVcek(vcek, machine, judgement())).toMatchObject({ nextUpdate: expect.any(Date) });
    const ark = Uint8Array.of(1);
    expect(readCertificateTable(withVcek(writeCertificateTable({ ark }), vcek))).toEqual({ ark, vcek: der });
    expect(readCertificateTable(withVcek(undefined, vcek))).toEqual({ vcek: der });
  });

  it('of a Turin is asked for by 8 bytes of its id and one part more', async () => {
    const { hwId, tcb } = CHIPS.Turin;
    const turin: SnpMachine = { product: 'Turin', kind: 'vcek', hwId, tcb, endorsed: false };
    await expect(fetchVcek(turin, amd)).rejects.toMatchObject({ code: 'snp-chip-unknown' });
    const id = Buffer.from(hwId).toString('hex');
    expect(id).toHaveLength(16);
    expect(amd.asked).toEqual([
      `${KDS}/vcek/v1/Turin/${id}?fmcSPL=03&blSPL=10&teeSPL=01&snpSPL=60&ucodeSPL=230`,
    ]);
  });

  it('of a masked chip is not asked for', async () => {
    const masked = { ...machine, hwId: new Uint8Array(64) };
    await expect(fetchVcek(masked, amd)).rejects.toMatchObject({ code: 'snp-chip-unknown' });
    expect(amd.asked).toEqual([]);
  });

  it.each<[string, string, () => Promise<Uint8Array>]>([
    ['no certificate', 'snp-certificate-malformed', async () => new TextEncoder().encode('<html>')],
    ['nothing', 'snp-certificate-malformed', async () => new Uint8Array(0)],
    ["somebody else's", 'snp-chain-mixed', async () => (await simulatedPlatform(MILAN)).vcek],
    [
      "another chip's",
      'snp-chip-mismatch',
      async () => (await leaf(all.ask, vcekExtensions(flipped(MILAN.hwId, 5)))).der,
    ],
    [
      'of another TCB',
      'snp-tcb-mismatch',
      async () => (await leaf(all.ask, vcekExtensions(MILAN.hwId, { ...MILAN.tcb, snp: 59 }))).der,
    ],
    ['a VLEK', 'snp-certificate-malformed', async () => (await leaf(all.ask, vlekExtensions())).der],
  ])('is refused when it is %s', async (_, code, der) => {
    await expect(checkVcek(await der(), machine, judgement())).rejects.toMatchObject({ code });
  });
});

describe('a revocation list', () => {
  it.each(['vcek', 'vlek'] as const)('of a %s is asked for by product', async (kind) => {
    const list = await crl();
    amd.answers.set(`${KDS}/${kind}/v1/Milan/crl`, list);
    expect(await fetchSnpRevocationList({ ...machine, kind }, amd)).toEqual(list);
    const { issued, nextUpdate } = await checkSnpRevocationList(list, machine, judgement());
    expect(issued[0]!.getTime()).toBeLessThan(now.getTime());
    expect(nextUpdate.getTime()).toBeGreaterThan(now.getTime());
  });

  it('that names the very authority of the machine is good: clients have to see it', async () => {
    const list = await crl({ revoked: [all.ask] });
    await expect(checkSnpRevocationList(list, machine, judgement())).resolves.toBeDefined();
  });

  it.each<[string, string, () => Promise<Uint8Array>]>([
    ['no list', 'snp-crl-malformed', async () => new TextEncoder().encode('<html>')],
    ['of another authority', 'snp-crl-mixed', () => crl({ issuer: all.asvk })],
    ['by another key', 'snp-crl-bad-signature', () => crl({ signingKey: all.asvk.keys.privateKey })],
    ['out of date', 'snp-crl-expired', () => crl({ nextUpdate: new Date(now.getTime() - HOUR) })],
    ['of the future', 'snp-crl-not-yet-valid', () => crl({ thisUpdate: new Date(now.getTime() + HOUR) })],
  ])('is refused when it is %s', async (_, code, list) => {
    await expect(checkSnpRevocationList(await list(), machine, judgement())).rejects.toMatchObject({ code });
  });

  it('of a product whose root nobody knows is refused', async () => {
    const other = { ...machine, product: 'Genoa' } as const;
    await expect(checkSnpRevocationList(await crl(), other, judgement())).rejects.toMatchObject({
      code: 'snp-unknown-root',
    });
  });
});

describe("AMD's service is unavailable when it", () => {
  it.each<[string, Parameters<Vendors['answers']['set']>[1]]>([
    ['has too much to do', 429],
    ['is out of order', 503],
    ['knows nothing', 404],
    ['sends us elsewhere', elsewhere],
    ['breaks off', broken],
    ['does not end', endless],
  ])('%s', async (_, answer) => {
    amd.answers.set(LIST, answer);
    await expect(fetchSnpRevocationList(machine, amd)).rejects.toMatchObject({
      code: 'snp-collateral-unavailable',
    });
  });

  it('does not answer in time', async () => {
    amd.answers.set(LIST, never);
    const signal = AbortSignal.timeout(50);
    await expect(fetchSnpRevocationList(machine, { ...amd, signal })).rejects.toMatchObject({
      code: 'snp-collateral-unavailable',
    });
  });

  it('is not there', async () => {
    const fetch = () => globalThis.fetch('http://127.0.0.1:9');
    await expect(fetchSnpRevocationList(machine, { fetch })).rejects.toMatchObject({
      code: 'snp-collateral-unavailable',
    });
  });
});
