import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { expectFailure, sotto } from './fixture.js';

const leftovers = () => readdirSync(tmpdir()).filter((name) => name.startsWith('sotto-demo-'));

describe('sotto demo', () => {
  it('goes through all parties, shows what came of it and who saw what, and ends by itself', {
    timeout: 180_000,
  }, async () => {
    const before = leftovers();
    const { code, out, err } = await sotto(['demo']);
    expect([code, err]).toEqual([0, expect.stringContaining('SIMULATED')]);
    expect(out).toMatch(/\nSummary:\n {2}\S/);
    expect(out).toMatch(/\nReplies that Omar could give:\n(?: {2}\S.*\n){3}/);
    // Checks, time to the first text, tokens a second, prompt tokens, bytes wiped.
    for (const task of ['summary', 'replies', 'rewrite'])
      expect(out).toMatch(new RegExp(`^${task} +(\\d+) of \\1 +\\d+ ms +\\d+ +\\d+ .*  [1-9][\\d,]+$`, 'm'));
    // What each party saw: the issuer an account, the relay nothing, the gateway tokens, the machines no token.
    const row = (party: string) => new RegExp(`^${party} +\\d+ +[\\d,]+ +(.*)$`, 'm').exec(out)?.[1];
    expect(row('issuer')).toMatch(/ account$/);
    expect(row('relay')).toMatch(/ nothing$/);
    expect(row('gateway')).toMatch(/\btoken\b/);
    expect(row('machine')).toMatch(/^the gateway +session$/);
    expect(leftovers()).toEqual(before);
  });

  it('says why a machine does not start', async () => {
    const result = await sotto(['demo', '--model', '/nonexistent']);
    expectFailure(result, { code: 'up-failed' });
  });
});
