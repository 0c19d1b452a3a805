import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accountKey, directoryBy, TokenWallet } from '../../client/wallet/index.js';
import { unboundChallenge } from '../../wire/index.js';
import { expectFailure, MAIN, sotto } from './fixture.js';

let folder: string;
const path = (name: string) => join(folder, name);
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sotto-cli-issuer-'));
  const config = {
    version: 1,
    issuerName: 'issuer.example',
    listen: { host: '127.0.0.1', port: 0 },
    stateFolder: 'state',
    epochSeconds: 86_400,
    overlapSeconds: 3600,
    quotaPerEpoch: 3,
    tokensPerRequest: 4,
    accountKeys: { file: 'accounts.json', clockSkewSeconds: 60 },
  };
  writeFileSync(path('issuer.json'), JSON.stringify(config));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A running issuer: its address, and the events it has logged. */
class Running {
  readonly process: ChildProcess;
  errors = '';

  private constructor(process: ChildProcess) {
    this.process = process;
    process.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.errors += text;
    });
  }

  static async start(): Promise<{ running: Running; url: string }> {
    const args = [MAIN, 'issuer', '--config', path('issuer.json')];
    const running = new Running(spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] }));
    for await (const line of createInterface({ input: running.process.stdout! })) {
      const url = /^Listening on (http:\S+)$/.exec(line)?.[1];
      if (url) return { running, url };
    }
    throw new Error(`the issuer did not start: ${running.errors}`);
  }

  async stop(): Promise<number | null> {
    this.process.kill('SIGTERM');
    const [code] = (await once(this.process, 'exit')) as [number | null];
    return code;
  }

  events(): readonly string[] {
    return this.errors.split('\n').flatMap((line) => (line === '' ? [] : (JSON.parse(line).event as string)));
  }
}

function walletAt(url: string): TokenWallet {
  const route = directoryBy(fetch, url);
  return new TokenWallet({
    issuerUrl: url,
    challenge: unboundChallenge('issuer.example', []),
    credential: accountKey('ann', new Uint8Array(readFileSync(path('ann.key')))),
    routes: [route, route],
    batch: 1,
  });
}

describe('sotto issuer account', () => {
  it('makes a key that is nobody else’s to read, and an account', async () => {
    const args = ['issuer', 'account', 'ann', '--config', path('issuer.json'), '--out', path('ann.key')];
    expect(await sotto(args)).toMatchObject({ code: 0, err: '' });
    expect(statSync(path('ann.key'))).toMatchObject({ size: 32 });
    expect(statSync(path('ann.key')).mode & 0o777).toBe(0o600);
    expect(JSON.parse(readFileSync(path('accounts.json'), 'utf8')).accounts).toEqual([
      { name: 'ann', publicKey: expect.stringMatching(/^[0-9a-f]{64}$/) },
    ]);
  });

  it.each([
    ['a key file that is there', ['ben'], 'ann.key', 'usage', 2],
    ['an account that is there', ['ann'], 'other.key', 'config-value', 1],
    ['a name that is none', ['Ann'], 'other.key', 'usage', 2],
    ['two names', ['cem', 'dan'], 'other.key', 'usage', 2],
  ])('refuses %s', async (_, names, out, code, exit) => {
    const args = ['issuer', 'account', ...names, '--config', path('issuer.json'), '--out', path(out)];
    expectFailure(await sotto(args), { code, exit });
    expect(() => statSync(path('other.key'))).toThrow();
  });
});

describe('sotto issuer', () => {
  it('gives tokens, keeps count over restarts and among processes, and ends when told to', async () => {
    const first = await Running.start();
    await walletAt(first.url).take();
    const second = await Running.start();
    await walletAt(second.url).take();
    expect(await first.running.stop()).toBe(0);
    await walletAt(second.url).take();
    expect(await second.running.stop()).toBe(0);
    const third = await Running.start();
    await expect(walletAt(third.url).take()).rejects.toMatchObject({
      code: 'issuer-refused',
      detail: 'quota-exhausted',
    });
    expect(await third.running.stop()).toBe(0);
    const status = ['party-started', 'party-stopping', 'party-stopped'];
    expect(first.running.events()).toEqual(['key-added', 'key-added', ...status]);
    expect(first.running.errors).not.toContain('ann');
  });

  it('needs a configuration', async () => {
    expectFailure(await sotto(['issuer']), { code: 'usage', exit: 2 });
    expectFailure(await sotto(['issuer', '--config', path('none.json')]), { code: 'config-unreadable' });
    writeFileSync(path('bad.json'), '{"version": 1, "colour": 2}');
    expectFailure(await sotto(['issuer', '--config', path('bad.json')]), { code: 'config-unknown-field' });
  });

  it('says why it does not start', async () => {
    const config = JSON.parse(readFileSync(path('issuer.json'), 'utf8'));
    writeFileSync(
      path('address.json'),
      JSON.stringify({ ...config, listen: { host: '192.0.2.1', port: 0 } }),
    );
    const result = await sotto(['issuer', '--config', path('address.json')]);
    expectFailure(result, { code: 'listen-failed' });
    expect(result.err).toContain('"event":"party-failed","party":"issuer","reason":"listen-failed"');
  });
});
