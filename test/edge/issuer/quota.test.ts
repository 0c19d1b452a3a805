import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Quota } from '../../../edge/issuer/quota.js';
import { Store } from '../../../edge/store/index.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sotto-quota-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const account = (name: string) => createHash('sha256').update(name).digest();
const claim = { account: account('ann'), epoch: 1, tokens: 1, once: undefined, epochEndsIn: 1 };

const codeOf = (claiming: Promise<void>): Promise<string> =>
  claiming.then(
    () => 'counted',
    (error: { code: string }) => error.code,
  );

describe('a quota', () => {
  it('is what a simple count says, whatever comes in whatever order', async () => {
    let files = 0;
    const claims = fc.array(
      fc.record({
        name: fc.constantFrom('a', 'b'),
        epoch: fc.constantFrom(1, 2),
        tokens: fc.integer({ min: 1, max: 6 }),
      }),
      { maxLength: 20 },
    );
    await fc.assert(
      fc.asyncProperty(claims, async (all) => {
        const quota = new Quota(join(folder, `${files++}.sqlite`), 10, 1000);
        const used = new Map<string, number>();
        for (const { name, epoch, tokens } of all) {
          const key = `${name} ${epoch}`;
          const sum = (used.get(key) ?? 0) + tokens;
          const outcome = await codeOf(quota.claim({ ...claim, account: account(name), epoch, tokens }));
          expect(outcome).toBe(sum <= 10 ? 'counted' : 'quota-exhausted');
          if (sum <= 10) used.set(key, sum);
        }
        quota.close();
      }),
      { numRuns: 20 },
    );
  });

  it('forgets past epochs and old proofs, and nothing else', async () => {
    const quota = new Quota(join(folder, 'forget.sqlite'), 1, 1000);
    const once = { id: account('proof'), expires: 50 };
    await quota.claim({ ...claim, epoch: 1, once });
    await quota.claim({ ...claim, epoch: 2 });
    const again = { ...claim, epoch: 3, once };
    quota.forget(2, 49);
    expect(await codeOf(quota.claim(again))).toBe('account-refused');
    expect(await codeOf(quota.claim({ ...claim, epoch: 2 }))).toBe('quota-exhausted');
    quota.forget(2, 50);
    expect(await codeOf(quota.claim(again))).toBe('counted');
    expect(await codeOf(quota.claim({ ...claim, epoch: 1 }))).toBe('counted');
    quota.close();
  });

  it('holds within a group of claims that share a transaction, proofs too', async () => {
    const quota = new Quota(join(folder, 'group.sqlite'), 5, 1000);
    const claims = Array.from({ length: 12 }, (_, i) => {
      const once = { id: account(`proof ${i % 9}`), expires: 50 };
      return codeOf(quota.claim({ ...claim, once }));
    });
    const outcomes = await Promise.all(claims);
    expect(outcomes.slice(0, 5)).toEqual(Array(5).fill('counted'));
    expect(outcomes.slice(5, 9)).toEqual(Array(4).fill('quota-exhausted'));
    expect(outcomes.slice(9)).toEqual(Array(3).fill('account-refused'));
    quota.close();
  });

  it('is never exceeded by processes that share it', async () => {
    const file = join(folder, 'shared.sqlite');
    const contenders = [1, 2, 3].map((who) => new Contender(file, 60, who));
    await Promise.all(contenders.map((one) => one.line(/ready/)));
    for (const one of contenders) one.process.stdin!.write('go\n');
    const results = await Promise.all(contenders.map(async (one) => JSON.parse(await one.line(/^\{/))));
    expect(results.map(({ code }) => code)).toEqual(Array(3).fill('quota-exhausted'));
    expect(results.reduce((sum, { got }) => sum + got, 0)).toBe(60);
  });

  it('counts nothing of a process that was killed but what it was told', async () => {
    const file = join(folder, 'killed.sqlite');
    const one = new Contender(file, 1_000_000, 1);
    await one.line(/ready/);
    one.process.stdin!.write('go\n');
    await one.line(/busy/);
    one.process.kill('SIGKILL');
    await once(one.process, 'exit');
    const store = Store.open(file, '');
    const { used } = store.prepare('SELECT used FROM quota').get() as { used: number };
    const { proofs } = store.prepare('SELECT count(*) AS proofs FROM proof').get() as { proofs: number };
    expect(used).toBe(proofs);
    expect(used).toBeGreaterThanOrEqual(5);
    expect(store.prepare('PRAGMA integrity_check').get()).toMatchObject({ integrity_check: 'ok' });
    store.close();
  });
});

/** A process of its own, compiled. */
class Contender {
  readonly process: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  constructor(file: string, perEpoch: number, who: number) {
    const script = fileURLToPath(new URL('contender.mjs', import.meta.url));
    this.process = spawn(process.execPath, [script, file, String(perEpoch), String(who)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#lines = createInterface({ input: this.process.stdout! })[Symbol.asyncIterator]();
  }

  /** The next line that matches. */
  async line(pattern: RegExp): Promise<string> {
    for (;;) {
      const { value, done } = await this.#lines.next();
      if (done) throw new Error('the contender has ended');
      if (pattern.test(value)) return value;
    }
  }
}
