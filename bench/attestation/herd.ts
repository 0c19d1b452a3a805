/** A herd of clients: how long they wait for evidence, and what it costs the machine. */
import { randomBytes } from 'node:crypto';
import { verifySession } from '../../attestation/index.js';
import { createRatlsIdentity } from '../../attestation/ratls/index.js';
import { Attestor } from '../../server/attestor.js';
import { KEM_X25519, type KemId } from '../../wire/index.js';
import { SlowFirmware } from './firmware.js';
import { FirmwareServer } from './server.js';

export const SLOW = { reportMs: 50, refusals: 2 };
const measurement = new Uint8Array(48).fill(7);

export interface Herd {
  /** How long each one waited, in milliseconds. */
  readonly waits: readonly number[];
  readonly reports: number;
  /** Of them, those that verified with their own nonce. */
  readonly verified: number;
}

/** Sessions that ask the attestor itself, all at once. */
export async function herdOfAttestor(count: number): Promise<Herd> {
  const firmware = await SlowFirmware.start({ measurement, ...SLOW });
  const attestor = new Attestor(firmware.tsm(), await createRatlsIdentity(), () => undefined);
  const start = performance.now();
  const sessions = await Promise.all(
    Array.from({ length: count }, async () => {
      const nonce = new Uint8Array(randomBytes(32));
      const keyConfig = new Uint8Array(randomBytes(41));
      const evidence = await attestor.attest(nonce, keyConfig);
      return { nonce, answer: { keyConfig, ...evidence }, ms: performance.now() - start };
    }),
  );
  const { reports } = firmware;
  let verified = 0;
  for (const { nonce, answer } of sessions) {
    const roots = { simulated: 'sotto-simulated' } as const;
    const { ok } = await verifySession({
      answer,
      nonce,
      roots,
      policy: { measurements: [measurement] },
      now: new Date(),
    });
    if (ok) verified += 1;
  }
  return { waits: sessions.map(({ ms }) => ms), reports, verified };
}

/** Clients of a server process, each with a connection of its own, all at once. */
export async function herdOfServer(packDir: string, kem: KemId, count: number): Promise<Herd> {
  const server = await FirmwareServer.start({ packDir, measurement, ...SLOW, sessions: 4 * count });
  try {
    await server.open(KEM_X25519, 100, 100); // Nothing is compiled for the first time when it counts.
    const before = await server.usage();
    const opened = await server.open(kem, count, count);
    const { reports } = await server.usage();
    let verified = 0;
    for (const session of opened) if ((await verifySession(server.verification(session))).ok) verified += 1;
    return { waits: opened.map(({ ms }) => ms), reports: reports - before.reports, verified };
  } finally {
    await server.stop();
  }
}

/** Processor time of the server for one session, in microseconds, when many keep coming. */
export async function costOfSession(packDir: string, kem: KemId, count: number): Promise<number> {
  const server = await FirmwareServer.start({ packDir, measurement, ...SLOW, sessions: 4 * count });
  try {
    await server.open(kem, count, 128);
    const before = await server.usage();
    await server.open(kem, count, 128);
    return ((await server.usage()).cpuUs - before.cpuUs) / count;
  } finally {
    await server.stop();
  }
}
