import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { TdxPolicy } from '../../../attestation/index.js';
import { createRatlsIdentity } from '../../../attestation/ratls/index.js';
import { parseEventLog, replayEventLog } from '../../../attestation/tdx/index.js';
import type { Tsm } from '../../../attestation/tsm/index.js';
import { connect, type Session, verifyEvidence } from '../../../client/index.js';
import { createApp } from '../../../server/app.js';
import { Attestor } from '../../../server/attestor.js';
import { SessionKeys } from '../../../server/engine/keys.js';
import { DEFAULT_LIMITS } from '../../../server/limits.js';
import type { LogEvent } from '../../../server/log.js';
import { Metrics } from '../../../server/metrics.js';
import { SessionTable } from '../../../server/sessions.js';
import { StaplingTsm } from '../../../server/staple/index.js';
import { type Answer, PCS, PCS_ROOT_CRL, type Vendors, vendors } from '../../attestation/staple/vendors.js';
import { writeLog } from '../../attestation/tdx/machine/eventlog.js';
import { makeCollateral, makeQuote, standardPki } from '../../attestation/tdx/machine/index.js';
import { DAY, makeCrl, NOW, PCK_VALUES, type Pki, pem } from '../../attestation/tdx/machine/pki.js';
import { POLICY } from '../../attestation/tdx/machine/policy.js';

const FMSPC = Buffer.from(PCK_VALUES.fmspc).toString('hex');
const TCB = `${PCS}/tdx/certification/v4/tcb?fmspc=${FMSPC}`;
const QE = `${PCS}/tdx/certification/v4/qe/identity`;
const CRL = `${PCS}/sgx/certification/v4/pckcrl?ca=platform&encoding=der`;

const LOG = writeLog([{ register: 1, type: 5, data: new TextEncoder().encode('Booted by a test') }]);
const rtmrs = replayEventLog(parseEventLog(LOG));

let pki: Pki;
let intel: Vendors;
let time: number;
let events: LogEvent[];
let tsm: StaplingTsm;
let app: FastifyInstance;
let url: string;

/** A JSON answer of Intel's: the document, and its issuers in a header. */
const signed =
  (header: string, body: Uint8Array): Answer =>
  (response) => {
    const chain = encodeURIComponent(new TextDecoder().decode(pem(pki.signer, pki.root)));
    response.writeHead(200, { [header]: chain }).end(body);
  };

/** Intel's service, as it is when nothing is wrong with it. */
async function publish(collateral = makeCollateral(pki)): Promise<void> {
  const { tcbInfo, qeIdentity, pckCrl, rootCrl } = await collateral;
  intel.answers.set(TCB, signed('TCB-Info-Issuer-Chain', tcbInfo));
  intel.answers.set(QE, signed('SGX-Enclave-Identity-Issuer-Chain', qeIdentity));
  intel.answers.set(CRL, pckCrl);
  intel.answers.set(PCS_ROOT_CRL, rootCrl);
}

const kernel = (): Tsm => ({
  provider: 'configfs',
  report: async (reportData) => ({
    provider: 'tdx_guest',
    outblob: await makeQuote(pki, { fields: { reportData, rtmrs: [...rtmrs] } }),
    generation: 1,
  }),
});

/** The server's HTTP with everything but an engine. */
async function start(readBootLog = async (): Promise<Uint8Array | undefined> => LOG): Promise<void> {
  const now = () => new Date(time);
  const metrics = new Metrics();
  const log = (event: LogEvent) => events.push(event);
  tsm = new StaplingTsm(kernel(), {
    log,
    metrics,
    fetchMs: 10_000,
    fetch: intel.fetch,
    roots: { intel: [pki.root.der] },
    now,
    random: () => 0,
    readBootLog,
  });
  const keys = new SessionKeys();
  app = await createApp({
    engine: {
      open: async (kem) => keys.open(kem),
      forget: (session) => keys.forget(session),
      requireRoom: () => undefined,
      run: () => undefined,
      abort: () => undefined,
    },
    attestor: new Attestor(tsm, await createRatlsIdentity({ now }), log),
    sessions: new SessionTable(DEFAULT_LIMITS, (session) => keys.forget(session)),
    metrics,
    release: { version: '0', model: { name: 'none', bits: 8, digest: new Uint8Array(32) } },
    limits: DEFAULT_LIMITS,
    replies: { open: 0 },
    releaseProof: () => undefined,
    notReady: () => (tsm.healthy ? undefined : 'collateral-unavailable'),
    attestationProblem: () => undefined,
  });
  url = await app.listen({ host: '127.0.0.1', port: 0 });
}

const policy = (changes: Partial<TdxPolicy> = {}): TdxPolicy => ({
  ...POLICY,
  measurements: POLICY.measurements.map(({ mrTd }) => ({
    mrTd,
    rtmrs: [[rtmrs[0]], [rtmrs[1]], [rtmrs[2]], [rtmrs[3]]],
  })),
  eventLog: 'required',
  ...changes,
});
const trust = () => ({ policy: { measurements: [], tdx: policy() }, roots: { intel: [pki.root.der] } });
const session = (): Promise<Session> => connect({ url, ...trust(), now: () => new Date(time) });
const refusal = () =>
  session().then(
    () => 'connected',
    (error: { detail?: string }) => error.detail,
  );
const later = async (days: number) => {
  time += days * DAY;
  tsm.tick();
  await tsm.settled();
};

beforeAll(async () => {
  [pki, intel] = await Promise.all([standardPki(), vendors()]);
});
afterAll(() => intel.close());
beforeEach(async () => {
  time = NOW.getTime();
  events = [];
  intel.asked.length = 0;
  await publish();
});

describe('a server on TDX', () => {
  it('staples collateral and boot log: a client verifies it and calls nobody, now or later', async () => {
    await start();
    const { verdict, evidence } = await session();
    expect(verdict).toMatchObject({ ok: true, platform: 'tdx', tcb: { status: 'UpToDate' } });
    expect(verdict.bootEvents).toHaveLength(1);
    await session();
    expect(intel.asked.sort()).toEqual([TCB, QE, CRL, PCS_ROOT_CRL].sort());
    expect(await verifyEvidence({ ...evidence, ...trust(), now: NOW })).toEqual(verdict);
    await app.close();
  });

  it('goes on through an outage, says so when its collateral has expired, and recovers', async () => {
    await start();
    await session();
    const before = new Map(intel.answers);
    for (const path of before.keys()) intel.answers.set(path, 503);
    await later(1);
    expect(await refusal()).toBe('connected');
    await later(28);
    expect((await fetch(`${url}/readyz`)).status).toBe(503);
    expect(await (await fetch(`${url}/readyz`)).json()).toEqual({
      status: 'not-ready',
      reason: 'collateral-unavailable',
    });
    // It staples what it has, and the client is the one who refuses.
    expect(await refusal()).toBe('tdx-collateral-expired');
    const at = (days: number) => new Date(time + days * DAY);
    const iso = (days: number) =>
      at(days)
        .toISOString()
        .replace(/\.\d+Z/, 'Z');
    const dates = { issueDate: iso(-1), nextUpdate: iso(29) };
    const listed = { thisUpdate: at(-1), nextUpdate: at(29) };
    const fresh = makeCollateral(pki, {
      tcbInfo: (json) => ({ ...json, ...dates }),
      qeIdentity: (json) => ({ ...json, ...dates }),
      collateral: {
        pckCrl: await makeCrl(pki.authority, listed),
        rootCrl: await makeCrl(pki.root, listed),
      },
    });
    await publish(fresh);
    await later(0.9);
    expect(await refusal()).toBe('connected');
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    expect(events.map(({ event }) => event)).toEqual([
      'collateral-failed',
      'collateral-failed',
      'collateral-recovered',
    ]);
    await app.close();
  });

  it.each<[string, string, () => Promise<unknown>, number]>([
    ['of another machine', 'tdx-fmspc-mismatch', () => publish(otherMachine()), 0],
    ['changed on the way', 'tdx-collateral-bad-signature', () => publish(changed()), 0],
    ['of no machine at all', 'tdx-fmspc-unknown', async () => intel.answers.set(TCB, 404), 0],
    ['no list', 'tdx-crl-malformed', async () => intel.answers.set(PCS_ROOT_CRL, Uint8Array.of(1)), 0],
    ['out of date', 'tdx-collateral-expired', async () => undefined, 40],
  ])('staples nothing that is %s', async (_, reason, prepare, days) => {
    await prepare();
    time += days * DAY;
    await start();
    expect(await refusal()).toBe('tdx-collateral-missing');
    expect(events).toMatchObject([
      { event: 'collateral-failed', kind: 'tdx-collateral', reason, failures: 1 },
    ]);
    await app.close();
  });

  it('tells when its boot log cannot be read, and lets the client decide', async () => {
    await start(() => Promise.reject(new Error('the disk is gone')));
    expect(await refusal()).toBe('eventlog-missing');
    expect(events).toEqual([{ event: 'boot-log-failed', reason: 'internal' }]);
    await app.close();
  });
});

const otherMachine = () => makeCollateral(pki, { tcbInfo: (json) => ({ ...json, fmspc: '00906ED50000' }) });
const changed = async () => {
  const collateral = await makeCollateral(pki);
  const text = new TextDecoder().decode(collateral.tcbInfo).replace('"OutOfDate"', '"UpToDate"');
  return { ...collateral, tcbInfo: new TextEncoder().encode(text) };
};
