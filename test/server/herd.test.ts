/** Firmware makes tens of reports a second: a herd of clients has to share them, and each gets evidence of its own. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifySession } from '../../attestation/index.js';
import { createRatlsIdentity } from '../../attestation/ratls/index.js';
import { SlowFirmware } from '../../bench/attestation/firmware.js';
import { FirmwareServer } from '../../bench/attestation/server.js';
import { Attestor } from '../../server/attestor.js';
import { KEM_X25519 } from '../../wire/index.js';

const SESSIONS = 1000;
const MOST_REPORTS = 25;
const measurement = new Uint8Array(48).fill(7);
const TRUST = { roots: { simulated: 'sotto-simulated' }, policy: { measurements: [measurement] } } as const;

describe('a thousand sessions at once, over firmware that takes 50 ms a report and is busy twice after each,', () => {
  it('cost two reports, and each verifies with its own nonce alone', async () => {
    const firmware = await SlowFirmware.start({ measurement, reportMs: 50, refusals: 2 });
    const attestor = new Attestor(firmware.tsm(), await createRatlsIdentity(), () => undefined);
    const clients = Array.from({ length: SESSIONS }, () => ({
      nonce: new Uint8Array(randomBytes(32)),
      keyConfig: new Uint8Array(randomBytes(41)),
    }));
    const sessions = await Promise.all(
      clients.map(async ({ nonce, keyConfig }) => ({
        nonce,
        answer: { keyConfig, ...(await attestor.attest(nonce, keyConfig)) },
      })),
    );
    // The first one to come did not wait for others.
    expect(firmware.reports).toBe(2);
    expect(firmware.refusals).toBe(2);
    expect(new Set(sessions.map(({ answer }) => answer.certificate)).size).toBe(2);
    for (const [i, { nonce, answer }] of sessions.entries()) {
      const verdict = await verifySession({ answer, nonce, ...TRUST, now: new Date() });
      expect({ i, ok: verdict.ok }).toEqual({ i, ok: true });
    }
    const [one, other] = [sessions[1]!, sessions[2]!];
    const crossed = await verifySession({
      answer: one.answer,
      nonce: other.nonce,
      ...TRUST,
      now: new Date(),
    });
    expect(crossed.checks.filter(({ ok }) => !ok)).toMatchObject([{ code: 'binding-stale' }]);
  });
});

describe('a thousand sessions at once with a server process, over firmware that takes half a second a report,', () => {
  let server: FirmwareServer;
  beforeAll(async () => {
    // So slow that the number of reports says nothing about the machine that the test runs on.
    server = await FirmwareServer.start({
      packDir: '.sotto/models/default',
      measurement,
      reportMs: 500,
      refusals: 2,
      sessions: SESSIONS,
    });
  });
  afterAll(() => server.stop());

  it(`cost ${MOST_REPORTS} reports at most, and each verifies with its own nonce`, async () => {
    const before = await server.usage();
    const opened = await server.open(KEM_X25519, SESSIONS, SESSIONS);
    const { reports, refusals } = await server.usage();
    expect(reports - before.reports).toBeLessThanOrEqual(MOST_REPORTS);
    expect(refusals).toBeGreaterThan(0);
    expect(new Set(opened.map(({ answer }) => Buffer.from(answer.sessionId).toString('hex'))).size).toBe(
      SESSIONS,
    );
    for (const session of opened)
      expect((await verifySession(server.verification(session))).checks.filter(({ ok }) => !ok)).toEqual([]);
    console.log(
      `${SESSIONS} sessions cost ${reports - before.reports} reports, and each verified its own nonce`,
    );
  });
});
