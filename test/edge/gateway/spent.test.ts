import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { SpentConfig } from '../../../edge/gateway/config.js';
import { openSpentSet, type SpentSet } from '../../../edge/gateway/spent/index.js';
import { askThrough, openThrough, passageTo, problemOf, scratch, testGateway } from '../fixture.js';
import { GATEWAY_NAME, TestIssuer } from '../issuer.js';
import { TestVm } from '../vm.js';

const redisHere = spawnSync('redis-server', ['--version']).status === 0;
if (!redisHere) console.warn('not run: redis-server is not installed, so nothing is tested against Redis');

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  return port;
}

async function startRedis(port: number): Promise<ChildProcess> {
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', scratch()];
  const redis = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const line of createInterface({ input: redis.stdout! }))
    if (line.includes('Ready to accept connections')) break;
  redis.stdout!.resume();
  return redis;
}

async function stopProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}

const id = () => new Uint8Array(randomBytes(32));
const later = () => Date.now() + 60_000;

const kinds = [
  ['SQLite', async () => ({ config: { kind: 'sqlite', file: join(scratch(), 'spent.db') } as SpentConfig })],
  ...(redisHere
    ? [
        [
          'Redis',
          async () => {
            const port = await freePort();
            const redis = await startRedis(port);
            return { config: { kind: 'redis', url: `redis://127.0.0.1:${port}` } as SpentConfig, redis };
          },
        ] as const,
      ]
    : []),
] as const;

describe.each(kinds)('The spent set in %s', (_, prepare) => {
  let config: SpentConfig;
  let redis: ChildProcess | undefined;
  const sets: SpentSet[] = [];
  beforeAll(async () => {
    const prepared: { config: SpentConfig; redis?: ChildProcess } = await prepare();
    config = prepared.config;
    redis = prepared.redis;
  });
  afterEach(async () => {
    for (const set of sets.splice(0)) await set.close();
  });
  afterAll(() => redis && stopProcess(redis));
  const open = async () => {
    const set = await openSpentSet(config);
    sets.push(set);
    return set;
  };

  it('lets a token be held once, by whichever of several gateways comes first', async () => {
    const [one, two] = [await open(), await open()];
    const token = id();
    const tries = Array.from({ length: 200 }, (_, i) => (i % 2 ? one : two).hold(token, later()));
    expect((await Promise.all(tries)).filter((hold) => hold !== undefined)).toHaveLength(1);
  });

  it('takes a token back from the hold that has it, and from no other', async () => {
    const set = await open();
    const token = id();
    const first = await set.hold(token, later());
    await first!.giveBack();
    const second = await set.hold(token, later());
    expect(second).toBeDefined();
    await first!.giveBack();
    expect(await set.hold(token, later())).toBeUndefined();
  });

  it('still has a token after it was closed and opened again', async () => {
    const token = id();
    await (await open()).hold(token, later());
    expect(await (await open()).hold(token, later())).toBeUndefined();
  });

  it('forgets a token when its key is accepted no more', async () => {
    const set = await open();
    const [past, present] = [id(), id()];
    await set.hold(past, Date.now() + 30);
    await set.hold(present, later());
    await new Promise((done) => setTimeout(done, 60));
    await set.sweep();
    expect(await set.hold(past, later())).toBeDefined();
    expect(await set.hold(present, later())).toBeUndefined();
  });

  it('lets no token be spent twice under 200 replays at once across two gateway processes', {
    timeout: 60_000,
  }, async () => {
    const [vm, issuer] = [await TestVm.start(), await TestIssuer.start()];
    const secret = join(scratch(), 'secret');
    const processes: ChildProcess[] = [];
    try {
      const urls: string[] = [];
      for (let i = 0; i < 2; i++) {
        const file = join(scratch(), 'gateway.json');
        const listen = { host: '127.0.0.1', port: 0 };
        const machines = [vm.url];
        writeFileSync(
          file,
          JSON.stringify({
            version: 1,
            listen,
            name: GATEWAY_NAME,
            machines,
            issuer: { name: new URL(issuer.url).host, url: issuer.url },
            spent: config.kind === 'sqlite' ? { sqlite: config.file } : { redis: config.url },
            keys: { file: secret, epochSeconds: 86_400, overlapSeconds: 3_600 },
          }),
        );
        const child = spawn(process.execPath, [resolve('dist/cli/main.js'), 'gateway', '--config', file], {
          stdio: ['ignore', 'pipe', 'inherit'],
        });
        processes.push(child);
        const [line] = (await once(createInterface({ input: child.stdout! }), 'line')) as [string];
        urls.push(line.replace('Listening on ', ''));
      }
      const passages = await Promise.all(urls.map(passageTo));
      // Both derive the same key from the same secret: a client cannot tell them apart.
      expect(passages[0]!.keyConfig).toEqual(passages[1]!.keyConfig);
      const token = issuer.token();
      const sessions = await Promise.all(
        Array.from({ length: 200 }, async (_, i) => ({
          passage: passages[i % 2]!,
          // Opened at one gateway, asked at the other: routes hold at all of them.
          opened: await openThrough(passages[(i + 1) % 2]!),
        })),
      );
      const answers = await Promise.all(
        sessions.map(({ passage, opened }) => askThrough(passage, { ...opened, token })),
      );
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
      expect(answers.filter(({ status }) => status === 409)).toHaveLength(199);
      expect(vm.asked).toBe(1);
    } finally {
      await Promise.all(processes.map(stopProcess));
      await vm.stop();
      await issuer.stop();
    }
  });
});

describe('A gateway whose spent set cannot be reached', () => {
  it('does not start', async () => {
    const url = `redis://127.0.0.1:${await freePort()}`;
    await expect(openSpentSet({ kind: 'redis', url })).rejects.toMatchObject({
      code: 'spent-set-unavailable',
    });
    const file = join(scratch(), 'no', 'such', 'folder');
    await expect(openSpentSet({ kind: 'sqlite', file })).rejects.toMatchObject({
      code: 'spent-set-unavailable',
    });
  });

  it.skipIf(!redisHere)('lets nothing pass while Redis is down, and goes on when it is back', async () => {
    const port = await freePort();
    let redis = await startRedis(port);
    const vm = await TestVm.start();
    const gateway = await testGateway([vm.url], {
      spent: { kind: 'redis', url: `redis://127.0.0.1:${port}` },
    });
    const passage = await passageTo(gateway.url);
    const ask = async () =>
      askThrough(passage, { ...(await openThrough(passage)), token: gateway.issuer.token() });
    expect((await ask()).status).toBe(200);
    await stopProcess(redis);
    expect(await problemOf(await ask())).toEqual({ status: 503, code: 'spent-set-unavailable' });
    expect(vm.asked).toBe(1);
    const readiness = async (status: number) => {
      while ((await fetch(`${gateway.url}/readyz`)).status !== status)
        await new Promise((done) => setTimeout(done, 100));
    };
    await readiness(503);
    redis = await startRedis(port);
    await readiness(200);
    expect((await ask()).status).toBe(200);
    await gateway.close();
    await vm.stop();
    await stopProcess(redis);
  });
});
