import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeEach, describe, expect, it } from 'vitest';
import { TokenFolder } from '../../../client/node/index.js';
import { TestIssuer } from '../../edge/issuer/fixture.js';

const [OLD, NEW] = ['0a'.repeat(32), '0b'.repeat(32)];
const token = (byte: number, keyId = OLD, expires = 1000) => ({
  token: new Uint8Array(354).fill(byte),
  keyId,
  expires,
});
let folder: string;
let storage: TokenFolder;
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'sotto-tokens-')), 'tokens');
  storage = new TokenFolder(folder);
});
const taken = async (now = 0) => (await storage.take(now))?.token[0];

describe('a folder of tokens', () => {
  it('keeps them for the next process, for its owner only', async () => {
    await storage.add([token(1), token(2)]);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    for (const name of readdirSync(folder)) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
    storage = new TokenFolder(folder);
    expect(await storage.count(0)).toBe(2);
    expect([await taken(), await taken()].toSorted()).toEqual([1, 2]);
    expect(await storage.take(0)).toBeUndefined();
  });

  it('has none before there is a folder', async () => {
    expect([await storage.count(0), await storage.take(0)]).toEqual([0, undefined]);
    await storage.keep([]);
  });

  it('gives away what expires first, drops what has, and what is of other keys', async () => {
    await storage.add([token(1, NEW, 3000), token(2, OLD, 2000), token(3, OLD, 1000)]);
    expect(await storage.count(1000)).toBe(2);
    expect(await taken(1000)).toBe(2);
    expect(readdirSync(folder)).toHaveLength(1);
    await storage.keep([OLD]);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('takes them out in an order of its own', async () => {
    const orders = new Set<string>();
    for (let round = 0; round < 12; round++) {
      await storage.add([1, 2, 3].map((byte) => token(byte)));
      orders.add([await taken(), await taken(), await taken()].join());
    }
    // All twelve the same by chance: once in 300 million times.
    expect(orders.size).toBeGreaterThan(1);
  });

  it('is empty of a token before anybody gets it', async () => {
    await storage.add([token(1)]);
    await storage.take(0);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('never gives out what a process left that was killed at it', async () => {
    await storage.add([token(1)]);
    for (const left of [`.taken-${'ab'.repeat(16)}`, `.new-${'cd'.repeat(16)}`]) {
      writeFileSync(join(folder, left), token(9).token);
    }
    expect(await taken()).toBe(1);
    expect(await storage.take(0)).toBeUndefined();
    expect(readdirSync(folder)).toHaveLength(2);
  });

  it('gives each token to one of many processes that take at once', { timeout: 60_000 }, async () => {
    await storage.add(Array.from({ length: 60 }, (_, i) => token(i + 1)));
    const module = pathToFileURL(resolve('dist/client/node/index.js')).href;
    const script = `
      const { TokenFolder } = await import(${JSON.stringify(module)});
      const storage = new TokenFolder(${JSON.stringify(folder)});
      for (let next = await storage.take(0); next; next = await storage.take(0)) console.log(next.token[0]);`;
    const outputs = await Promise.all(
      [1, 2, 3].map(async () => {
        const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
          stdio: ['ignore', 'pipe', 'inherit'],
        });
        let said = '';
        child.stdout.setEncoding('utf8').on('data', (text: string) => {
          said += text;
        });
        const [code] = (await once(child, 'close')) as [number];
        expect(code).toBe(0);
        return said.split('\n').filter((line) => line !== '');
      }),
    );
    const all = outputs.flat();
    expect(all).toHaveLength(60);
    expect(new Set(all).size).toBe(60);
  });

  it('says what to do when it cannot be used', async () => {
    writeFileSync(folder, 'a file');
    const refusal = { code: 'token-unavailable', detail: 'storage-unusable' };
    await expect(storage.add([token(1)])).rejects.toMatchObject(refusal);
    await expect(storage.take(0)).rejects.toMatchObject(refusal);
  });
});

describe('a wallet with a folder', () => {
  it('asks the issuer for a batch, and not again before that is used up', async () => {
    const issuer = await new TestIssuer().start();
    let asked = 0;
    const wallet = () =>
      issuer.wallet({
        batch: 3,
        storage: new TokenFolder(folder),
        fetch: (url, init) => {
          asked++;
          return fetch(url, init);
        },
      });
    const tokens = new Set<string>();
    for (let i = 0; i < 3; i++) tokens.add(Buffer.from(await wallet().take()).toString('hex'));
    expect([asked, tokens.size]).toEqual([1, 3]);
    const last = wallet();
    const token = await last.take();
    expect(asked).toBe(2);
    await last.giveBack(token);
    expect(await wallet().available()).toBe(3);
    await issuer.end();
  });
});
