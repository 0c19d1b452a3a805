import { afterEach, describe, expect, it } from 'vitest';
import type { Session } from '../../client/index.js';
import { openByHand } from './by-hand.js';
import { CHAT, collect, type FixtureOptions, TestServer } from './fixture.js';

const servers: TestServer[] = [];
async function start(options: FixtureOptions = {}, until?: 'listening'): Promise<TestServer> {
  const server = await TestServer.start(options, until);
  servers.push(server);
  return server;
}
afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
});

const refusedWith = (detail: string) => ({ code: 'server-refused', detail });
const failure = async (events: ReturnType<Session['summarize']>) =>
  collect(events).then(
    () => undefined,
    (error: unknown) => error,
  );

describe('sessions', () => {
  it('expire, and make room for others', async () => {
    const server = await start({ limits: { sessionSeconds: 5, sessions: 2 } });
    const old = await server.connect();
    await openByHand(server.url);
    await expect(server.connect()).rejects.toMatchObject({ ...refusedWith('sessions-full'), retryAfter: 5 });
    await new Promise((resolve) => setTimeout(resolve, 5100));
    await server.connect();
    expect(await failure(old.summarize(CHAT))).toMatchObject({ code: 'session-expired' });
  });
});

describe('a full queue', () => {
  it('says when to come back, and leaves the session as it was', async () => {
    const server = await start({ limits: { running: 1, queue: 1 } });
    const sessions = await Promise.all(Array.from({ length: 5 }, () => server.connect()));
    const results = await Promise.all(sessions.map((session) => failure(session.reply(CHAT))));
    const refused = results.filter((result) => result !== undefined);
    expect(refused).toHaveLength(3);
    for (const error of refused)
      expect(error).toMatchObject({ ...refusedWith('server-busy'), retryAfter: 5 });
  });
});

describe('hardware that gives no report', () => {
  it('closes the server to new sessions until it does again', async () => {
    const server = await start({ tsm: { failing: [2, 3] } });
    await expect(server.connect()).rejects.toMatchObject({
      ...refusedWith('attestation-unavailable'),
      retryAfter: 5,
    });
    const red = await fetch(`${server.url}/readyz`);
    expect(red.status).toBe(503);
    expect(await red.json()).toMatchObject({ status: 'not-ready', reason: 'attestation-unavailable' });
    await server.ready();
    await server.connect();
    expect(server.errors).toContain('"event":"attestation-failed"');
    expect(server.errors).toContain('"event":"attestation-recovered"');
  });

  it('is what a machine without a TSM has: the server stays red', async () => {
    const server = await start({ tsm: { kind: 'configfs' } }, 'listening');
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
    await expect(server.connect()).rejects.toMatchObject(refusedWith('attestation-unavailable'));
    const red = await fetch(`${server.url}/readyz`);
    expect(red.status).toBe(503);
    expect(await red.json()).toEqual({
      status: 'not-ready',
      reason: 'attestation-unavailable',
      detail: 'tsm-unavailable',
    });
    expect(server.errors).toContain('"event":"attestation-failed","reason":"tsm-unavailable"');
  });

  it('but is slow, makes one report for all who wait', async () => {
    const server = await start({ tsm: { delayMs: 50 } });
    const sessions = await Promise.all(Array.from({ length: 100 }, () => server.connect()));
    const leaves = sessions.map(
      ({ verdict }) => verdict.checks.find(({ name }) => name === 'freshness')!.detail,
    );
    expect(sessions.every(({ verdict }) => verdict.ok)).toBe(true);
    expect(leaves.some((leaf) => / of [2-9]|of \d\d/.test(leaf))).toBe(true);
  });
});

describe('being told to stop', () => {
  it('finishes the answers in progress, takes nothing new, and ends well', async () => {
    const server = await start();
    const [session, late] = [await server.connect(), await server.connect()];
    const events = session.reply(CHAT);
    const first = await events.next();
    server.process.kill('SIGTERM');
    while (!server.errors.includes('server-stopping'))
      await new Promise((resolve) => setTimeout(resolve, 10));
    await expect(server.connect()).rejects.toMatchObject({
      code: expect.stringMatching(/^(server-refused|network-failed)$/),
    });
    expect(await failure(late.reply(CHAT))).toMatchObject({
      code: expect.stringMatching(/^(server-refused|network-failed)$/),
    });
    const rest = await collect(events);
    expect([first.value, ...rest].at(-1)).toMatchObject({ kind: 'done' });
    expect(await server.exit()).toBe(0);
    expect(server.errors).toContain('"event":"server-stopped"');
  });
});
