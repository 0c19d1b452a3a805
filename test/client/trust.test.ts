/** Measurements that are not the client's but the log's: what is accepted then, and what is not. */
import { bytesToHex } from '@noble/hashes/utils.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_MINIMUM_TCB, type LoggedTdxPolicy } from '../../attestation/index.js';
import { connect, type Fetch, type LedgerPolicy, PrivateAi } from '../../client/index.js';
import { completedBy, type LoggedTrust } from '../../client/trust.js';
import { parseEntry, type Release } from '../../ledger/index.js';
import { decodeSessionAnswer, encodeSessionAnswer } from '../../wire/index.js';
import { gatewayKey, idOf, release, signed, simulatedRelease, World } from '../ledger/fixture.js';
import { TestServer, TRUST } from '../server/fixture.js';

const MEASUREMENT = bytesToHex(TRUST.policy.measurements[0]);
const MINUTE = 60;

const ofServer = (version: string, launchDigest = MEASUREMENT, more: object = {}) =>
  simulatedRelease(version, launchDigest, more);
const OWN = signed(ofServer('1.0.0'), 'ada', 'mary');

let server: TestServer;
let world: World;
let ledger: LedgerPolicy;
beforeAll(async () => {
  server = await TestServer.start();
  world = await World.start();
  // The fixture's witnesses have a clock of their own, and the server's evidence is of now.
  ledger = { ...world.policy, freshnessSeconds: 100 * 365 * 24 * 60 * MINUTE };
});
afterAll(() => server.stop());

const showing =
  (releaseProof: Uint8Array | undefined): Fetch =>
  async (url, init) => {
    const response = await fetch(url, init);
    const { releaseProof: _, ...answer } = decodeSessionAnswer(new Uint8Array(await response.arrayBuffer()));
    const changed = encodeSessionAnswer(releaseProof ? { ...answer, releaseProof } : answer);
    return new Response(Buffer.from(changed), { headers: response.headers });
  };

const attempt = (
  proof: Uint8Array | undefined,
  change: Partial<LoggedTrust> & { readonly roots?: object } = {},
) =>
  connect({
    url: server.url,
    fetch: showing(proof),
    policy: { measurements: 'logged' },
    roots: TRUST.roots,
    ledger,
    ...change,
  });

describe('a policy that leaves the measurements to the log', () => {
  it('accepts the machine whose release the log shows', async () => {
    const { verdict } = await attempt(await world.bundle(OWN));
    expect(verdict).toMatchObject({ ok: true, simulated: true });
    expect(bytesToHex(verdict.measurement!)).toBe(MEASUREMENT);
  });

  it('accepts the next release, too, without being told', async () => {
    const next = signed(ofServer('1.0.1'), 'ada', 'mary');
    expect((await attempt(await world.bundle(next))).verdict.ok).toBe(true);
  });

  it.each<[string, () => Promise<Uint8Array | undefined>, string, string]>([
    ['no proof comes', async () => undefined, 'ledger-refused', 'bundle-missing'],
    [
      'the proof is of another release',
      () => world.bundle(signed(ofServer('2.0.0', 'ab'.repeat(48)), 'ada', 'mary')),
      'attestation-failed',
      'policy-measurement',
    ],
    [
      'the proof is of something else',
      () =>
        world.bundle(signed(gatewayKey(Uint8Array.of(1), { notAfter: '2099-01-01T00:00:00Z' }), 'gateway')),
      'ledger-refused',
      'entry-type',
    ],
    [
      'the release has expired',
      () =>
        world.bundle(
          signed(ofServer('0.9.0', MEASUREMENT, { notAfter: '2026-06-02T00:00:00Z' }), 'ada', 'mary'),
        ),
      'ledger-refused',
      'entry-expired',
    ],
    [
      'the release is for hardware, and the machine is none that this release knows',
      () => world.bundle(signed(release('3.0.0', { notAfter: '2099-01-01T00:00:00Z' }), 'ada', 'mary')),
      'attestation-failed',
      'policy-measurement',
    ],
  ])('refuses the machine when %s', async (_, proof, code, detail) => {
    await expect(attempt(await proof())).rejects.toMatchObject({ name: 'ClientError', code, detail });
  });

  it('refuses a release that was revoked', async () => {
    const bad = signed(ofServer('4.0.0'), 'ada', 'mary');
    await world.log.append(bad);
    const revocation = { type: 'revocation', critical: true, manifest: idOf(bad), reason: 'a test' };
    const { index } = await world.log.append(signed(revocation, 'ada', 'mary'));
    expect(index).toBeGreaterThan(0);
    await expect(attempt(await world.bundle(bad))).rejects.toMatchObject({
      code: 'ledger-refused',
      detail: 'entry-revoked',
    });
  });

  it('accepts no simulated machine unless it is told to', async () => {
    const proof = await world.bundle(OWN);
    await expect(attempt(proof, { roots: {} })).rejects.toMatchObject({ code: 'attestation-failed' });
  });

  it('is refused without a log, before anything is sent', async () => {
    const lost = { policy: { measurements: 'logged' } } as LoggedTrust;
    const fetch: Fetch = async () => expect.unreachable('nothing may be sent');
    const missing = { name: 'ClientError', code: 'ledger-missing' };
    await expect(connect({ ...lost, url: server.url, fetch })).rejects.toMatchObject(missing);
    const path = { relay: 'https://relay.example/', gatewayKey: {} as never, tokens: {} as never };
    expect(() => new PrivateAi({ ...lost, ...path, fetch })).toThrow(expect.objectContaining(missing));
  });

  it.each<[string, object, object]>([
    ['names no measurement', { policy: {} }, { name: 'AttestationError', code: 'policy-invalid' }],
    ['has an empty list of them', { policy: { measurements: [] } }, { code: 'policy-invalid' }],
    [
      'leaves those of TDX to the log, and says nothing of SEV-SNP',
      { policy: { tdx: { measurements: 'logged' } } },
      { name: 'AttestationError', code: 'policy-invalid' },
    ],
    [
      'has another rule that accepts nothing',
      { policy: { measurements: 'logged', products: [] } },
      { code: 'policy-invalid' },
    ],
    [
      'wants more witnesses than it names',
      { ledger: () => ({ ...ledger, quorum: 3 }) },
      { code: 'ledger-refused', detail: 'policy-quorum' },
    ],
  ])(
    'is refused before anything is sent when it %s',
    async (_, {
      ledger: log,
      ...change
    }: {
      ledger?: () => LedgerPolicy;
    }, error) => {
      const fetch: Fetch = async () => expect.unreachable('nothing may be sent');
      const options = {
        policy: { measurements: 'logged' },
        ledger: log?.() ?? ledger,
        ...change,
      } as LoggedTrust;
      await expect(connect({ ...options, url: server.url, fetch })).rejects.toMatchObject(error);
    },
  );
});

describe('what is accepted of a release of the log', () => {
  const logged = (more: object): Release =>
    parseEntry(signed(release('1.0.0', more), 'ada')).manifest as Release;
  const policy = { measurements: 'logged' } as const;
  const tdx = { measurements: 'logged', mrSeam: 'any-that-intel-lists' } as LoggedTdxPolicy;

  it('are its launch digests, and of TDX its registers where the policy accepts TDX', () => {
    const found = logged({});
    expect(completedBy(policy, found)).not.toHaveProperty('tdx');
    const both = completedBy({ ...policy, tdx }, found);
    expect(both.measurements.map(bytesToHex)).toEqual(found.snp.map(({ launchDigest }) => launchDigest));
    expect(both.tdx).toMatchObject({ mrSeam: 'any-that-intel-lists' });
    expect(both.tdx!.measurements.map(({ mrTd }) => bytesToHex(mrTd))).toEqual([found.tdx!.mrtd]);
    expect(both.tdx!.measurements[0]!.rtmrs.map(([rtmr]) => bytesToHex(rtmr!))).toEqual(found.tdx!.rtmrs);
  });

  it('is nothing where it measures another platform only', () => {
    const found = logged({ snp: [], firmware: { tdx: 'ab'.repeat(32) } });
    expect(() => completedBy(policy, found)).toThrow(
      expect.objectContaining({ code: 'ledger-refused', detail: 'entry-subject' }),
    );
    expect(completedBy({ ...policy, tdx }, found)).toMatchObject({ measurements: [] });
  });

  it('is nothing of a platform whose measurements the policy names itself', () => {
    const found = logged({});
    const own = [new Uint8Array(48).fill(7)];
    const tdxOnly = completedBy({ measurements: [], tdx }, found);
    expect(tdxOnly.measurements).toEqual([]);
    expect(tdxOnly.tdx!.measurements).toHaveLength(1);
    const snpNamed = completedBy({ measurements: own, tdx }, found);
    expect(snpNamed.measurements).toEqual(own);
    const named = { measurements: [{ mrTd: own[0]!, rtmrs: [own, own, own, own] }] } as never;
    expect(completedBy({ ...policy, tdx: named }, found).tdx).toEqual(named);
    expect(completedBy({ measurements: own }, found)).toMatchObject({ measurements: own });
  });

  it('has the higher minimum TCB of policy and release, part by part', () => {
    const found = logged({ minimumTcb: { Genoa: { bootLoader: 9, tee: 0, snp: 3, microcode: 7 } } });
    const { snp } = DEFAULT_MINIMUM_TCB.Genoa;
    expect(completedBy(policy, found).minimumTcb).toEqual({
      Genoa: { bootLoader: 9, tee: 0, snp, microcode: 7 },
    });
    const zero = { bootLoader: 0, tee: 0, snp: 0, microcode: 0 };
    const own = { launch: zero, reported: zero, committed: zero, current: { ...zero, snp: 99 } };
    const minimumTcb = { Genoa: own, Milan: { ...zero, snp: 77 } };
    expect(completedBy({ ...policy, minimumTcb }, found).minimumTcb).toEqual({
      Genoa: {
        launch: { bootLoader: 9, tee: 0, snp: 3, microcode: 7 },
        reported: { bootLoader: 9, tee: 0, snp: 3, microcode: 7 },
        committed: { bootLoader: 9, tee: 0, snp: 3, microcode: 7 },
        current: { bootLoader: 9, tee: 0, snp: 99, microcode: 7 },
      },
      Milan: { ...zero, snp: 77 },
    });
  });
});
