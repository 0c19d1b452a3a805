import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Seen } from '../../edge/index.js';
import { expectFailure, MAIN, sotto } from './fixture.js';

const cwd = mkdtempSync(join(tmpdir(), 'sotto-up-'));
const chat = resolve('examples/chat.txt');
let world: ChildProcess;
let shown = '';
beforeAll(async () => {
  symlinkSync(resolve('.sotto'), join(cwd, 'models'));
  world = spawn(process.execPath, [MAIN, 'up', '--model', join('models', 'models', 'default')], {
    cwd,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: world.stdout! })) {
    shown += `${line}\n`;
    if ((shown.match(/machine http/g) ?? []).length === 2) break;
  }
  world.stdout!.resume();
}, 120_000);
afterAll(async () => {
  if (world.exitCode !== null) return;
  world.kill('SIGTERM');
  await once(world, 'exit');
});

const trusting = (way: readonly string[]) => [...way, '--trust', 'sotto-simulated'];

describe('sotto up', () => {
  it('prints a map of issuer, relay, gateway and two machines', () => {
    for (const party of ['issuer', 'relay', 'gateway'])
      expect(shown).toMatch(new RegExp(`${party} +http://127.0.0.1:\\d+`));
  });

  it('is the way that other commands take, and what each party saw of it is shown', {
    timeout: 120_000,
  }, async () => {
    const { code, out, err } = await sotto(['summarize', chat, '--json'], { cwd });
    expect([code, err]).toEqual([0, expect.stringContaining('SIMULATED')]);
    const answer = JSON.parse(out) as { text: string; attestation: { checks: { ok: boolean }[] } };
    expect(answer.text).not.toBe('');
    expect(answer.attestation.checks.every(({ ok }) => ok)).toBe(true);

    const traced = await sotto(['trace', '--json'], { cwd });
    const seen = JSON.parse(traced.out) as Seen[];
    const of = (party: string) => seen.filter((one) => one.party === party);
    expect(of('relay')).toHaveLength(2);
    expect(of('gateway')).toHaveLength(2);
    // The relay knows an address and nothing else; the gateway knows the relay's, a token and a machine.
    for (const { facts } of of('relay')) expect(facts).toEqual({});
    // What the relay passed back contains what the gateway passed back, sealed once more: of the same two exchanges.
    const sizes = (party: string) =>
      of(party).map(({ response }) => response.pieces.reduce((sum, size) => sum + size, 0));
    for (const [at, size] of sizes('relay').entries()) expect(size).toBeGreaterThan(sizes('gateway')[at]!);
    const asked = of('gateway').at(-1)!;
    expect(Object.keys(asked.facts).toSorted()).toEqual(['machine', 'session', 'token']);
    expect(asked.facts['token']).toMatch(/^PrivateToken token="/);
    const words = /Anna|Ben|summar/i;
    expect(
      Buffer.from(seen.map(({ request }) => request.starts).join(''), 'hex').toString('latin1'),
    ).not.toMatch(words);
    // The issuer knows the account; a machine is sent what the gateway was, without the token.
    const got = of('issuer').filter(({ what }) => what === 'POST /token-request');
    expect(got.map(({ facts }) => facts)).toEqual([{ account: 'you' }]);
    expect(of('machine').map(({ facts }) => Object.keys(facts))).toEqual([['session'], ['session']]);
    expect(of('machine').at(-1)).toMatchObject({ to: asked.facts['machine'], request: asked.request });
    const told = await sotto(['trace'], { cwd });
    expect(told.out).toMatch(/issuer saw:[\s\S]*relay saw:[\s\S]*gateway saw:[\s\S]*machine saw:/);
  });

  it('spends tokens that were fetched before: the issuer is not asked for any at the next request', {
    timeout: 120_000,
  }, async () => {
    const tokens = join(cwd, '.sotto/up/tokens');
    const before = readdirSync(tokens).length;
    expect((await sotto(['proofread', '-'], { cwd, input: 'She go home' })).code).toBe(0);
    expect(readdirSync(tokens)).toHaveLength(before - 1);
    const seen = JSON.parse((await sotto(['trace', '--json'], { cwd })).out) as Seen[];
    expect(seen.filter(({ what }) => what === 'POST /token-request')).toEqual([]);
    const { path } = JSON.parse(readFileSync(join(cwd, '.sotto/local.json'), 'utf8'));
    expect(path.keySources).toEqual([`${path.relay}ohttp-keys`, `${path.issuer.url}/ohttp-keys`]);
  });

  it('says so when there is no trace', async () => {
    expectFailure(await sotto(['trace', '--trace', 'none.json'], { cwd }), { code: 'no-trace' });
  });

  it('shows its releases in a log, and what is revoked there is refused', { timeout: 240_000 }, async () => {
    const audited = await sotto(['audit', '--json'], { cwd });
    expect(JSON.parse(audited.out)).toMatchObject({ entries: { keys: 1, release: 1 }, revoked: [] });
    const listed = JSON.parse((await sotto(['release', 'list', '--json'], { cwd })).out) as {
      readonly id: string;
      readonly manifest: { readonly type: string };
    }[];
    const { id } = listed.find(({ manifest }) => manifest.type === 'release')!;
    // Nothing is pinned: all measurements are the log's, by an option or by a file.
    const policy = JSON.parse(readFileSync('docs/policy.example.json', 'utf8'));
    for (const platform of ['snp', 'tdx']) policy[platform].measurements = 'logged';
    writeFileSync(join(cwd, 'policy.json'), JSON.stringify(policy));
    const ways = [
      [],
      ...[
        ['--measurement', 'logged'],
        ['--policy', 'policy.json'],
      ].map(trusting),
    ];
    for (const way of ways.slice(1)) {
      expect(await sotto(['summarize', chat, ...way], { cwd })).toMatchObject({ code: 0 });
    }
    const keys = ['ada', 'grace'].flatMap((name) => ['--key', `.sotto/up/ledger/${name}.key`]);
    expect((await sotto(['release', 'revoke', id, '--reason', 'a test', ...keys], { cwd })).code).toBe(0);
    const refused = [1, expect.stringContaining('ledger-refused: entry-revoked')];
    for (const way of ways) {
      // The machines renew their proofs every ten seconds.
      await vi.waitFor(
        async () => {
          const { code, err } = await sotto(['summarize', chat, ...way], { cwd });
          expect([code, err]).toEqual(refused);
        },
        { timeout: 60_000 },
      );
    }
  });
});
