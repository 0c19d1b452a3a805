import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  LeafTree,
  reportData,
  sessionLeaf,
  type TrustRoots,
  type Verdict,
  verifySession,
} from '../../../attestation/index.js';
import { createRatlsIdentity } from '../../../attestation/ratls/index.js';
import { type SnpReport, writeCertificateTable } from '../../../attestation/snp/abi/index.js';
import { simulatedTsm, type Tsm } from '../../../attestation/tsm/index.js';
import { withSignature } from '../../../attestation/tsm/simulated-platform.js';
import { writeReport } from '../../../attestation/tsm/simulated-report.js';
import type { LogEvent } from '../../../server/log.js';
import { Metrics } from '../../../server/metrics.js';
import { StaplingTsm } from '../../../server/staple/index.js';
import { CHIPS, failures, goodReport, MEASUREMENT, NONCE } from '../../attestation/fixture.js';
import {
  CLOUD,
  crl,
  type Hierarchy,
  hierarchy,
  type Leaf,
  leaf,
  vcekExtensions,
  vlekExtensions,
} from '../../attestation/snp/hierarchy.js';
import { endless, KDS, never, type Vendors, vendors } from '../../attestation/staple/vendors.js';

const MILAN = CHIPS.Milan;
const HW_ID = Buffer.from(MILAN.hwId).toString('hex');
const VCEK = `${KDS}/vcek/v1/Milan/${HW_ID}?blSPL=10&teeSPL=01&snpSPL=60&ucodeSPL=230`;
const LIST = `${KDS}/vcek/v1/Milan/crl`;

let all: Hierarchy;
let key: Leaf;
let vlek: Leaf;
let amd: Vendors;
let events: LogEvent[];
let metrics: Metrics;
beforeAll(async () => {
  [all, amd] = await Promise.all([hierarchy(), vendors()]);
  key = await leaf(all.ask, vcekExtensions(MILAN.hwId));
  vlek = await leaf(all.asvk, vlekExtensions());
});
afterAll(() => amd.close());
beforeEach(async () => {
  amd.answers.clear();
  amd.answers.set(VCEK, key.der);
  amd.answers.set(LIST, await crl());
  amd.asked.length = 0;
  events = [];
  metrics = new Metrics();
});

/** The TSM of a real machine, as far as the kernel goes. */
function kernel(signer: Leaf, auxblob?: Uint8Array, changes: Partial<SnpReport> = {}): Tsm {
  return {
    provider: 'configfs',
    async report(inblob) {
      const signed = writeReport(goodReport(MILAN, { reportData: inblob, ...changes }), 'Milan');
      const algorithm = { name: 'ECDSA', hash: 'SHA-384' };
      const signature = await crypto.subtle.sign(algorithm, signer.keys.privateKey, signed);
      const outblob = withSignature(signed, new Uint8Array(signature));
      return { provider: 'sev_guest', outblob, ...(auxblob ? { auxblob } : {}), generation: 1 };
    },
  };
}

const stapling = (tsm: Tsm, fetchMs = 10_000) =>
  new StaplingTsm(tsm, {
    log: (event) => events.push(event),
    metrics,
    fetchMs,
    fetch: amd.fetch,
    roots: { amd: [all.anchor] },
  });

/** What a client says that asks for a revocation list. */
async function verdictOf(tsm: Tsm, roots: TrustRoots = { amd: [all.anchor] }): Promise<Verdict> {
  const identity = await createRatlsIdentity();
  const keyConfig = Uint8Array.of(7);
  const { root } = new LeafTree([sessionLeaf(identity.spkiHash, NONCE, keyConfig)]);
  const certificate = await identity.certificate(await tsm.report(reportData(root)), root);
  return verifySession({
    answer: { certificate, keyConfig, auditPath: { index: 0, size: 1, hashes: [] } },
    nonce: NONCE,
    roots,
    policy: { measurements: [MEASUREMENT], revocation: 'required', vlek: { cloudProviders: [CLOUD] } },
    now: new Date(),
  });
}

describe('a server on SEV-SNP', () => {
  it('staples the VCEK that the host kept to itself, and the revocation list', async () => {
    const tsm = stapling(kernel(key));
    expect(failures(await verdictOf(tsm))).toEqual([]);
    expect(failures(await verdictOf(tsm))).toEqual([]);
    expect(amd.asked.sort()).toEqual([LIST, VCEK].sort());
    expect(tsm.healthy).toBe(true);
    expect(events).toEqual([]);
    expect(await metrics.text()).toContain(
      'sotto_collateral_fetches_total{kind="snp-revocation-list",outcome="ok"} 1',
    );
  });

  it('does not ask for a VCEK that the host gave', async () => {
    const tsm = stapling(kernel(key, writeCertificateTable({ vcek: key.der })));
    expect(failures(await verdictOf(tsm))).toEqual([]);
    expect(amd.asked).toEqual([LIST]);
  });

  it('asks for the VCEK when the host gave that of an older TCB', async () => {
    const old = await leaf(all.ask, vcekExtensions(MILAN.hwId, { ...MILAN.tcb, snp: 59 }));
    const tsm = stapling(kernel(key, writeCertificateTable({ vcek: old.der, ark: all.ark.der })));
    expect(failures(await verdictOf(tsm))).toEqual([]);
    expect(amd.asked).toContain(VCEK);
  });

  it('asks for the list of VLEKs where one signs, and for no key', async () => {
    const list = `${KDS}/vlek/v1/Milan/crl`;
    amd.answers.set(list, await crl());
    const table = writeCertificateTable({ vlek: vlek.der });
    expect(failures(await verdictOf(stapling(kernel(vlek, table, { signingKey: 'vlek' }))))).toEqual([]);
    expect(amd.asked).toEqual([list]);
  });

  it('staples a list that revokes its own authority: that is for clients to see', async () => {
    amd.answers.set(LIST, await crl({ revoked: [all.ask] }));
    expect(failures(await verdictOf(stapling(kernel(key))))).toEqual(['revocation: snp-certificate-revoked']);
  });

  it('asks nobody about a simulated machine, which brings its own list', async () => {
    const tsm = stapling(await simulatedTsm({ measurement: MEASUREMENT }));
    expect(failures(await verdictOf(tsm, { simulated: 'sotto-simulated' }))).toEqual([]);
    expect(amd.asked).toEqual([]);
    expect(tsm.healthy).toBe(true);
  });
});

describe('when AMD answers', () => {
  it.each<[string, Parameters<Vendors['answers']['set']>[1] | (() => Promise<Uint8Array>), string]>([
    ['garbage', new TextEncoder().encode('<html>'), 'snp-crl-malformed'],
    ['without end', endless, 'snp-collateral-unavailable'],
    ['never', never, 'snp-collateral-unavailable'],
    ['that it has too much to do', 429, 'snp-collateral-unavailable'],
  ])('%s, the report goes without, and the server says that it is not ready', async (_, answer, reason) => {
    amd.answers.set(LIST, answer as Uint8Array);
    const tsm = stapling(kernel(key), answer === never ? 300 : 10_000);
    expect(failures(await verdictOf(tsm))).toEqual(['revocation: snp-crl-missing']);
    expect(tsm.healthy).toBe(false);
    expect(events).toEqual([
      { event: 'collateral-failed', kind: 'snp-revocation-list', reason, failures: 1 },
    ]);
  });

  it("with another product's list, it is not stapled", async () => {
    amd.answers.set(LIST, await crl({ issuer: all.asvk }));
    expect(failures(await verdictOf(stapling(kernel(key))))).toEqual(['revocation: snp-crl-missing']);
    expect(events).toMatchObject([{ reason: 'snp-crl-mixed' }]);
  });

  it("with another machine's VCEK, it is not stapled", async () => {
    const other = await leaf(all.ask, vcekExtensions(MILAN.hwId.toReversed()));
    amd.answers.set(VCEK, other.der);
    expect(failures(await verdictOf(stapling(kernel(key))))).toEqual(['chain: snp-certificate-missing']);
    expect(events).toMatchObject([{ kind: 'snp-vcek', reason: 'snp-chip-mismatch' }]);
  });
});

describe('a report that nobody could ask about', () => {
  it('is passed on as it is, and told', async () => {
    const tsm = stapling({
      provider: 'configfs',
      report: async () => ({ provider: 'sev_guest', outblob: new Uint8Array(7), generation: 1 }),
    });
    expect(await tsm.report(new Uint8Array(64))).toMatchObject({ outblob: new Uint8Array(7) });
    expect(tsm.healthy).toBe(false);
    expect(events).toContainEqual(expect.objectContaining({ reason: 'snp-report-size' }));
    expect(amd.asked).toEqual([]);
  });

  it('may be of a provider that we know nothing of', async () => {
    const report = { provider: 'other', outblob: new Uint8Array(7), generation: 1 };
    const tsm = stapling({ provider: 'configfs', report: async () => report });
    expect(await tsm.report(new Uint8Array(64))).toBe(report);
    expect(tsm.healthy).toBe(true);
  });
});
