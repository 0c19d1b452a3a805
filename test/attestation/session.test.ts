import 'reflect-metadata';
import { X509CertificateGenerator } from '@peculiar/x509';
import { describe, expect, it } from 'vitest';
import { type AuditPath, simulatedMeasurement, verifySession } from '../../attestation/index.js';
import { createRatlsIdentity } from '../../attestation/ratls/index.js';
import { writeCertificateTable } from '../../attestation/snp/abi/index.js';
import {
  CHIPS,
  failures,
  flipped,
  goodReport,
  MEASUREMENT,
  NONCE,
  type Parts,
  session,
  vector,
  verdictOn,
} from './fixture.js';

const NAMES = [
  'certificate',
  'evidence',
  'chain',
  'revocation',
  'signature',
  'signing-key',
  'tcb',
  'debug',
  'migration',
  'vmpl',
  'guest-policy',
  'minimum-tcb',
  'measurement',
  'configuration',
  'binding',
  'freshness',
];
const policy = goodReport(CHIPS.Milan).policy;
const olderTcb = { ...CHIPS.Milan.tcb, snp: 59 };

describe('a good session', () => {
  it.each(['Milan', 'Genoa', 'Turin'] as const)(
    'on a simulated %s verifies, every check in order',
    async (product) => {
      const verdict = await verdictOn({ chip: CHIPS[product] });
      expect(verdict.checks.map((check) => check.name)).toEqual(NAMES);
      expect(failures(verdict)).toEqual([]);
      expect(verdict).toMatchObject({
        ok: true,
        simulated: true,
        platform: 'sev-snp',
        measurement: MEASUREMENT,
      });
    },
  );

  it('may be one of several accepted measurements', async () => {
    const other = simulatedMeasurement([Uint8Array.of(1)]);
    const verdict = await verdictOn({ verification: { policy: { measurements: [other, MEASUREMENT] } } });
    expect(verdict.ok).toBe(true);
  });

  it('may be on a host that masks its chip id', async () => {
    const masked = { maskChipKey: true, chipId: new Uint8Array(64) };
    expect(failures(await verdictOn({ report: masked }))).toEqual([]);
    expect(failures(await verdictOn({ report: { maskChipKey: true } }))).toEqual(['tcb: snp-chip-mismatch']);
  });

  it('says that simulated evidence proves nothing', async () => {
    const { checks } = await verdictOn();
    expect(checks.find((check) => check.name === 'chain')?.detail).toContain('SIMULATED');
  });
});

describe('a simulated session', () => {
  it.each([{}, { simulated: undefined }, { simulated: 'yes' }, { simulated: true }])(
    'is refused unless its root is trusted by name: %j',
    async (roots) => {
      const verdict = await verdictOn({ verification: { roots: roots as object } });
      expect(verdict).toMatchObject({ ok: false, simulated: true });
      expect(verdict.measurement).toBeUndefined();
      expect(failures(verdict)).toEqual(['chain: simulated-not-trusted']);
      expect(verdict.checks[2]?.detail).toContain('sotto-simulated');
    },
  );
});

describe('a session is refused', () => {
  const stale = (path: AuditPath): AuditPath => ({ ...path, index: 3 });
  it.each<[string, string[], Parts]>([
    [
      'with a report of another length',
      ['evidence: snp-report-size'],
      { evidence: (e) => ({ ...e, outblob: new Uint8Array([...e.outblob, 0]) }) },
    ],
    [
      'with a report that has a longer signature',
      ['evidence: snp-report-reserved'],
      { evidence: (e) => ({ ...e, outblob: flipped(e.outblob, 1183) }) },
    ],
    [
      'with a broken certificate table',
      ['evidence: snp-table-malformed'],
      { evidence: (e) => ({ ...e, auxblob: e.auxblob!.slice(0, 90) }) },
    ],
    [
      'without a certificate table',
      ['chain: snp-certificate-missing'],
      { evidence: ({ provider, outblob }) => ({ provider, outblob }) },
    ],
    [
      "with another machine's certificates",
      ['signature: snp-bad-signature'],
      { evidence: (e) => ({ ...e, outblob: flipped(e.outblob, 0x90) }) },
    ],
    ['with a report of version 1', ['signature: snp-report-version'], { bytes: (b) => b.set([1], 0) }],
    ['with a report of version 4', ['signature: snp-report-version'], { bytes: (b) => b.set([4], 0) }],
    ['with a reserved bit set', ['signature: snp-report-reserved'], { bytes: (b) => b.set([1], 0x19f) }],
    [
      'with a signature algorithm unknown',
      ['signature: snp-report-signature-algorithm'],
      { bytes: (b) => b.set([0], 0x34) },
    ],
    [
      'when the report says VLEK, and none came',
      ['chain: snp-certificate-missing'],
      { report: { signingKey: 'vlek' } },
    ],
    [
      'when the report says unsigned',
      ['chain: snp-signing-key-unsupported'],
      { report: { signingKey: 'none' } },
    ],
    [
      'when the processor is not of the product of its key',
      ['signature: snp-product-mismatch'],
      { report: { cpuId: { family: 0x19, model: 0x11, stepping: 0 } } },
    ],
    [
      "when the reported TCB is not its key's",
      ['tcb: snp-tcb-mismatch'],
      { report: { reportedTcb: olderTcb } },
    ],
    [
      'when the chip is not that of its key',
      ['tcb: snp-chip-mismatch'],
      { report: { chipId: new Uint8Array(64) } },
    ],
    ['when more is reported than committed', ['tcb: snp-tcb-order'], { report: { committedTcb: olderTcb } }],
    ['when more is committed than runs', ['tcb: snp-tcb-order'], { report: { currentTcb: olderTcb } }],
    ['with debugging allowed', ['debug: policy-debug'], { report: { policy: { ...policy, debug: true } } }],
    [
      'with a migration agent allowed',
      ['migration: policy-migration-agent'],
      { report: { policy: { ...policy, migrateMa: true } } },
    ],
    ['at VMPL 1', ['vmpl: policy-vmpl'], { report: { vmpl: 1 } }],
    ['when the host asked for the report', ['vmpl: policy-vmpl'], { report: { vmpl: 0xffff_ffff } }],
    [
      'when launched below the default minimum TCB',
      ['minimum-tcb: policy-minimum-tcb'],
      { report: { launchTcb: { ...CHIPS.Milan.tcb, snp: 0x1c } } },
    ],
    [
      "when below the policy's minimum TCB",
      ['minimum-tcb: policy-minimum-tcb'],
      {
        verification: {
          policy: { measurements: [MEASUREMENT], minimumTcb: { Milan: { ...CHIPS.Milan.tcb, tee: 2 } } },
        },
      },
    ],
    [
      'with another measurement',
      ['measurement: policy-measurement'],
      { report: { measurement: flipped(MEASUREMENT, 47) } },
    ],
    [
      'when the report is over another root',
      ['binding: binding-report-data'],
      { report: { reportData: new Uint8Array(64) } },
    ],
    ['with the audit path of another leaf', ['freshness: binding-stale'], { path: stale }],
    [
      'with an audit path that is too short',
      ['freshness: binding-malformed'],
      { path: (p) => ({ ...p, hashes: [] }) },
    ],
    [
      'with an audit path outside of the tree',
      ['freshness: binding-malformed'],
      { path: (p) => ({ ...p, index: p.size }) },
    ],
    ['made for another nonce', ['freshness: binding-stale'], { verification: { nonce: flipped(NONCE, 31) } }],
    [
      'for several reasons, and all are named',
      ['debug: policy-debug', 'vmpl: policy-vmpl', 'measurement: policy-measurement'],
      { report: { policy: { ...policy, debug: true }, vmpl: 3, measurement: new Uint8Array(48) } },
    ],
  ])('%s', async (_, expected, parts) => {
    const verdict = await verdictOn(parts);
    expect(failures(verdict)).toEqual(expected);
    expect(verdict.ok).toBe(false);
    expect(verdict.checks.map((check) => check.name)).toEqual(NAMES);
  });

  it.each<[string, string[], Parts]>([
    [
      'of a TDX guest, when the policy says nothing of TDX',
      ['evidence: policy-platform'],
      { evidence: (e) => ({ ...e, provider: 'tdx_guest' }) },
    ],
    [
      'of an unknown provider',
      ['evidence: evidence-unknown-provider'],
      { evidence: (e) => ({ ...e, provider: 'cca' }) },
    ],
    [
      'before its certificate is valid',
      ['certificate: ratls-not-yet-valid'],
      { verification: { now: new Date(Date.now() - 25 * 3_600_000) } },
    ],
    [
      'after its certificate expired',
      ['certificate: ratls-expired'],
      { verification: { now: new Date(Date.now() + 25 * 3_600_000) } },
    ],
  ])('%s, and then nothing more is reached', async (_, expected, parts) => {
    const verdict = await verdictOn(parts);
    expect(failures(verdict)).toEqual(expected);
    expect(verdict.ok).toBe(false);
    expect(verdict.checks.map((check) => check.name)).toEqual([
      'certificate',
      'evidence',
      'binding',
      'freshness',
    ]);
  });

  it("with another session's key config", async () => {
    const good = await session();
    const verdict = await verifySession({ ...good, answer: { ...good.answer, keyConfig: Uint8Array.of(1) } });
    expect(failures(verdict)).toEqual(['freshness: binding-stale']);
  });

  it('with a certificate of another key around the same evidence', async () => {
    const good = await session();
    const stolen = await session();
    const answer = { ...good.answer, certificate: stolen.answer.certificate };
    expect(failures(await verifySession({ ...good, answer }))).toEqual(['freshness: binding-stale']);
  });

  it('without evidence, or without a certificate', async () => {
    const good = await session();
    const keys = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, [
      'sign',
      'verify',
    ]);
    const bare = await X509CertificateGenerator.createSelfSigned({
      name: 'CN=bare',
      keys,
      signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
      extensions: [],
    });
    const code = async (certificate: Uint8Array) =>
      failures(await verifySession({ ...good, answer: { ...good.answer, certificate } }));
    expect(await code(new Uint8Array(bare.rawData))).toEqual(['certificate: ratls-no-evidence']);
    expect(await code(new Uint8Array(0))).toEqual(['certificate: ratls-malformed']);
    expect(await code(new Uint8Array(300 * 1024))).toEqual(['certificate: ratls-malformed']);
  });

  it('and what was not reached is not ok', async () => {
    const { checks } = await verdictOn({ evidence: (e) => ({ ...e, provider: 'cca' }) });
    expect(checks.slice(2).every((check) => !check.ok && check.code === 'not-checked')).toBe(true);
  });
});

describe('a real Milan report', () => {
  it('passes all that is true of it, and fails for its debug policy, its old firmware and our binding', async () => {
    const now = new Date('2023-01-01T00:00:00Z');
    const identity = await createRatlsIdentity({ now: () => now });
    const outblob = vector('milan-v2.report.bin');
    const auxblob = writeCertificateTable({ vcek: vector('milan-vcek.der') });
    const certificate = await identity.certificate(
      { provider: 'sev_guest', outblob, auxblob },
      new Uint8Array(32),
    );
    const verdict = await verifySession({
      answer: { certificate, keyConfig: new Uint8Array(0), auditPath: { index: 0, size: 1, hashes: [] } },
      nonce: NONCE,
      roots: {},
      policy: { measurements: [outblob.slice(0x90, 0xc0)] },
      now,
    });
    expect(failures(verdict)).toEqual([
      'debug: policy-debug',
      'minimum-tcb: policy-minimum-tcb',
      'binding: binding-report-data',
      'freshness: binding-stale',
    ]);
    expect(verdict).toMatchObject({ ok: false, simulated: false, platform: 'sev-snp' });
  });
});

describe("the caller's own mistakes", () => {
  it.each<[string, Parts, string]>([
    ['no measurement', { verification: { policy: { measurements: [] } } }, 'policy-invalid'],
    [
      'a short measurement',
      { verification: { policy: { measurements: [new Uint8Array(32)] } } },
      'policy-invalid',
    ],
    ['no time', { verification: { now: new Date('never') } }, 'policy-invalid'],
    ['a short nonce', { verification: { nonce: new Uint8Array(16) } }, 'binding-malformed'],
  ])('are thrown: %s', async (_, parts, code) => {
    await expect(verdictOn(parts)).rejects.toMatchObject({ name: 'AttestationError', code });
  });
});

describe('the simulated measurement', () => {
  it('depends on every part, on their order and on their boundaries', () => {
    const [a, b] = [Uint8Array.of(1), Uint8Array.of(2)];
    const all = [[a, b], [b, a], [Uint8Array.of(1, 2)], [a], []].map((parts) =>
      Buffer.from(simulatedMeasurement(parts)).toString('hex'),
    );
    expect(new Set(all).size).toBe(5);
    expect(all[0]).toHaveLength(96);
  });
});
