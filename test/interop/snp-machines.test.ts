/** SNP machines that never were, made by the specifications: go-sev-guest draws the same lines around them as we do. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseRatlsCertificate, type SessionVerification, verifySession } from '../../attestation/index.js';
import { SIMULATED_ROOT } from '../../attestation/simulated/root.js';
import type { SnpReport } from '../../attestation/snp/abi/index.js';
import type { SnpRequest, SnpRequestPolicy, TdxRequest } from '../../bench/attestation/google.js';
import type { Peer } from '../../bench/attestation/peer.js';
import {
  CHIPS,
  failures,
  flipped,
  goodReport,
  MEASUREMENT,
  type Parts,
  session,
} from '../attestation/fixture.js';
import { hierarchy, vlekExtensions, vlekSession } from '../attestation/snp/hierarchy.js';
import { google } from './peers.js';

const der = (base64: string) => new Uint8Array(Buffer.from(base64, 'base64'));
/** What our defaults ask of a Milan, in go-sev-guest's terms. */
const POLICY: SnpRequestPolicy = { measurement: MEASUREMENT, smt: true, minimumSnp: 29 };

const guest = google();
describe('go-sev-guest', () => {
  if (guest.missing !== undefined) return it.skip(guest.missing);
  let peer: Peer<SnpRequest | TdxRequest>;
  beforeAll(() => {
    peer = guest.start();
  });
  afterAll(() => peer.close());

  const evidenceOf = ({ answer }: SessionVerification) => parseRatlsCertificate(answer.certificate).evidence;
  const simulated = (verification: SessionVerification, policy: Partial<SnpRequestPolicy> = {}) => {
    const { outblob, auxblob } = evidenceOf(verification);
    const root = { ark: der(SIMULATED_ROOT.ark), ask: der(SIMULATED_ROOT.ask) };
    const snp = { report: outblob, table: auxblob!, root, policy: { ...POLICY, ...policy } };
    return peer.ask({ kind: 'snp-unnamed', now: verification.now, snp });
  };

  it.each(['Milan', 'Genoa'] as const)(
    'reads and verifies the evidence of a simulated %s',
    async (product) => {
      const verification = await session({ chip: CHIPS[product] });
      expect((await verifySession(verification)).ok).toBe(true);
      expect(await simulated(verification)).toMatchObject({ verify: '', validate: '' });
    },
  );

  it("does not know the FMC's version, which a Turin's VCEK has", async () => {
    const verification = await session({ chip: CHIPS.Turin });
    expect((await verifySession(verification)).ok).toBe(true);
    expect((await simulated(verification)).verify).toBe('not an AMD KDS OID: 1.3.6.1.4.1.3704.1.3.9');
  });

  it('refuses simulated evidence under its built-in roots', async () => {
    const verification = await session();
    const { outblob: report, auxblob: table } = evidenceOf(verification);
    const { verify } = await peer.ask({ kind: 'snp', now: verification.now, snp: { report, table: table! } });
    expect(verify).toMatch(/^VCEK subject/);
  });

  const launched = (bits: Partial<SnpReport['policy']>) => ({
    policy: { ...goodReport(CHIPS.Milan).policy, ...bits },
  });
  const older = { ...CHIPS.Milan.tcb, snp: 28 };

  it.each<[string, string, RegExp, Parts, Partial<SnpRequestPolicy>]>([
    ['debugging', 'debug: policy-debug', /debug capability/, { report: launched({ debug: true }) }, {}],
    [
      'a migration agent',
      'migration: policy-migration-agent',
      /migration agent/,
      { report: launched({ migrateMa: true }) },
      {},
    ],
    ['VMPL 1', 'vmpl: policy-vmpl', /VMPL 1 is not 0/, { report: { vmpl: 1 } }, {}],
    [
      'another measurement',
      'measurement: policy-measurement',
      /MEASUREMENT/,
      { report: { measurement: new Uint8Array(48) } },
      {},
    ],
    [
      'host data',
      'configuration: policy-host-data',
      /HOST_DATA/,
      { report: { hostData: new Uint8Array(32).fill(1) } },
      { hostData: new Uint8Array(32) },
    ],
    [
      'old firmware',
      'minimum-tcb: policy-minimum-tcb',
      /TCB/i,
      {
        chip: { ...CHIPS.Milan, tcb: older },
      },
      {},
    ],
    [
      'a TCB that its VCEK is not for',
      'tcb: snp-tcb-mismatch',
      /TCB/i,
      { report: { reportedTcb: { ...CHIPS.Milan.tcb, microcode: 229 } } },
      {},
    ],
    [
      'a chip that its VCEK is not for',
      'tcb: snp-chip-mismatch',
      /CHIP_ID/,
      { report: { chipId: new Uint8Array(64).fill(3) } },
      {},
    ],
  ])('draws the same line as we do at %s', async (_, ours, theirs, parts, asked) => {
    const verification = await session(parts);
    expect(failures(await verifySession(verification))).toEqual([ours]);
    const { verify, validate } = await simulated(verification, asked);
    expect({ verify, validate }).toMatchObject({ verify: '', validate: expect.stringMatching(theirs) });
  });

  it('verifies a report that a VLEK signed, all of it, under a root of ours', async () => {
    const all = await hierarchy();
    const root = { ark: all.ark.der, ask: all.ask.der, asvk: all.asvk.der };
    const ask = (verification: SessionVerification, change = (report: Uint8Array) => report) => {
      const { outblob, auxblob } = evidenceOf(verification);
      const snp = { report: change(outblob), table: auxblob!, root, policy: POLICY };
      return peer.ask({ kind: 'snp', now: verification.now, snp });
    };
    const extensions = { ...vlekExtensions(), ...reservedParts() };
    const good = await vlekSession({ extensions });
    expect((await verifySession(good)).ok).toBe(true);
    expect(await ask(good)).toMatchObject({ verify: '', validate: '' });
    expect((await ask(good, (report) => flipped(report, 0x90))).verify).toMatch(/signature/);
    const debugged = await vlekSession({ extensions, report: launched({ debug: true }) });
    expect(failures(await verifySession(debugged))).toEqual(['debug: policy-debug']);
    expect(await ask(debugged)).toMatchObject({ verify: '', validate: expect.stringMatching(/debug/) });
  });
});

/** The parts of a TCB that AMD reserves, which its certificates carry and go-sev-guest asks for. */
function reservedParts(): Record<string, Uint8Array<ArrayBuffer>> {
  return Object.fromEntries(['3.4', '3.5', '3.6', '3.7'].map((arcs) => [arcs, Uint8Array.of(2, 1, 0)]));
}
