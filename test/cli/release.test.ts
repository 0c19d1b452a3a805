import { createHash } from 'node:crypto';
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningLedger, type RunningWitness, startLedger, startWitness } from '../../edge/index.js';
import { ledgerPolicyDocument, manifestId, parseVerifierKey, verifierKey } from '../../ledger/index.js';
import { signerOf } from '../../ledger/node/index.js';
import { folder, GENESIS, genesisEntry, hexKey, release } from '../ledger/fixture.js';
import { expectFailure, sotto } from './fixture.js';

const LOCAL = { host: '127.0.0.1', port: 0 };
const RATE = { burst: 1000, perSecond: 1000 };
const SEED = Buffer.alloc(32, 5);
const quiet = () => undefined;

let at: string;
let witness: RunningWitness;
let log: RunningLedger;
const file = (name: string, content: string | Uint8Array): string => {
  writeFileSync(join(at, name), content);
  return join(at, name);
};
const json = (name: string, value: unknown): string => file(name, JSON.stringify(value));
const NAME = 'log.example/cli';
const LOG_KEY = verifierKey(NAME, 'note', signerOf(Buffer.from(SEED)).publicKey);
const seedOf = (name: string): Buffer => createHash('sha256').update(name).digest();

function startSeeing(name: string): Promise<RunningWitness> {
  const config = { listen: LOCAL, name: `${name}.example`, rate: RATE, logs: [LOG_KEY] };
  return startWitness({
    config: { ...config, folder: join(at, name), key: join(at, `${name}.key`) },
    log: quiet,
  });
}

async function startLog(folderName: string, by: RunningWitness): Promise<RunningLedger> {
  return startLedger({
    config: {
      listen: LOCAL,
      name: NAME,
      folder: join(at, folderName),
      key: file(`${folderName}.key`, SEED),
      genesis: join(at, 'genesis'),
      witnesses: [{ url: by.url, key: parseVerifierKey(by.key) }],
      quorum: 1,
      cosignSeconds: 60,
      batchMs: 0,
      rate: RATE,
    },
    log: quiet,
  });
}

beforeAll(async () => {
  at = folder();
  file('genesis', genesisEntry());
  for (const name of ['ada', 'grace', 'mary', 'eve']) file(name, seedOf(name));
  witness = await startSeeing('w');
  log = await startLog('log', witness);
  json(
    'policy',
    ledgerPolicyDocument({
      log: LOG_KEY,
      keys: manifestId(GENESIS),
      witnesses: [parseVerifierKey(witness.key)],
      quorum: 1,
      freshnessSeconds: 3600,
    }),
  );
});
afterAll(async () => {
  await log?.close();
  await witness?.close();
});

const policy = () => ['--ledger', join(at, 'policy')];
const key = (name: string) => ['--key', join(at, name)];
const publish = (manifest: string, ...rest: string[]) =>
  sotto(['release', 'publish', manifest, '--log', log.url, ...rest]);

describe('sotto release', () => {
  it('publishes what enough maintainers signed, one of them elsewhere, and keeps the proof', async () => {
    const manifest = json('release-1', release('1.0.0'));
    const alone = await sotto(['release', 'sign', manifest, ...key('grace')]);
    expect(JSON.parse(alone.out)).toMatchObject({ key: hexKey('grace') });
    const signature = file('signature', alone.out);
    const bundle = join(at, 'bundle');
    const done = await publish(manifest, ...key('ada'), '--signature', signature, '--bundle', bundle);
    expect(done).toMatchObject({ code: 0, out: `Entry 1: ${manifestId(release('1.0.0'))}\n` });
    expect(readFileSync(bundle).length).toBeGreaterThan(500);
  });

  it.each<[string, () => string[], string]>([
    ['too few sign', () => [...key('ada')], 'log-refused'],
    ['one signs twice', () => [...key('ada'), ...key('ada')], 'log-refused'],
    ['somebody else signs', () => [...key('ada'), ...key('eve')], 'log-refused'],
    ['nobody signs', () => [], 'usage'],
    ['a key is missing', () => ['--key', join(at, 'none')], 'input-missing'],
    ['a signature is no JSON', () => ['--signature', file('no-json', 'x')], 'release-malformed'],
    ['a signature is none', () => ['--signature', json('no-signature', { key: 1 })], 'release-malformed'],
    ['a signature is missing', () => ['--signature', join(at, 'none')], 'input-missing'],
  ])('publishes nothing when %s', async (_, signers, code) => {
    const manifest = json('release-2', release('2.0.0'));
    expectFailure(await publish(manifest, ...signers()), { code, ...(code === 'usage' ? { exit: 2 } : {}) });
  });

  it('says why the log refused', async () => {
    const refused = await publish(json('release-2', release('2.0.0')), ...key('ada'));
    expect(refused.err).toContain('signature-threshold');
  });

  it('writes the signed entry to a file, and sends nothing', async () => {
    const out = join(at, 'entry');
    const manifest = json('release-3', release('3.0.0'));
    const done = await publish(manifest, ...key('ada'), ...key('mary'), '--out', out);
    expect([done.code, existsSync(out)]).toEqual([0, true]);
    const listed = await sotto(['release', 'list', log.url, '--json', ...policy()]);
    expect(listed.out).not.toContain('3.0.0');
  });

  it('lists what is in the log, and shows one by its place, its id or its version', async () => {
    const listed = await sotto(['release', 'list', log.url, ...policy()]);
    expect(listed.out).toContain('1.0.0');
    const id = manifestId(release('1.0.0'));
    for (const which of ['1', id.slice(0, 8), '1.0.0']) {
      const shown = await sotto(['release', 'show', which, log.url, ...policy()]);
      expect(JSON.parse(shown.out)).toMatchObject({
        index: 1,
        id,
        revoked: false,
        signedBy: expect.arrayContaining([hexKey('ada'), hexKey('grace')]),
        manifest: { type: 'release', version: '1.0.0' },
      });
    }
    expectFailure(await sotto(['release', 'show', '9.9.9', log.url, ...policy()]), {
      code: 'release-unknown',
    });
    expectFailure(await sotto(['release', 'show', ...policy()]), { code: 'usage', exit: 2 });
  });
});

describe('sotto audit', () => {
  const audit = (...rest: string[]) => sotto(['audit', log.url, ...policy(), ...rest]);

  it('finds what was measured of an image in the log, whatever its times', async () => {
    const { type: _, critical: __, hardware: ___, ...measured } = release('1.0.0');
    const later = { ...measured, notBefore: '2026-07-01T00:00:00Z', notAfter: '2026-07-02T00:00:00Z' };
    const done = await audit('--measured', json('measured', later));
    expect([done.code, done.err]).toEqual([0, '']);
    expect(done.out).toContain('your image is the one of the log');
  });

  it.each([
    ['another measurement', { uki: 'ab'.repeat(32) }, 'release-differs'],
    ['another version', { version: '8.0.0' }, 'release-unknown'],
  ])('tells %s', async (_, change, code) => {
    const { type: _t, critical: _c, hardware: _h, ...measured } = release('1.0.0');
    expectFailure(await audit('--measured', json('measured', { ...measured, ...change })), { code });
  });

  it('finds that a copy shows the same log, and that another log with its key does not', async () => {
    const copy = join(at, 'copy');
    cpSync(join(at, 'log', 'public'), copy, { recursive: true });
    const same = await audit('--compare', copy);
    expect([same.code, same.out]).toEqual([0, expect.stringContaining('shows the same log')]);
    // A witness that has not seen the other tree.
    const fooled = await startSeeing('fooled');
    const forked = await startLog('fork', fooled);
    try {
      const other = json('release-5', release('5.0.0'));
      await sotto(['release', 'publish', other, '--log', forked.url, ...key('ada'), ...key('mary')]);
      expectFailure(await audit('--compare', forked.url), { code: 'tree-split-view' });
    } finally {
      await forked.close();
      await fooled.close();
    }
  });

  it.each([
    ['a folder that is no log', () => ['--compare', at], 'log-unavailable'],
    ['an address where nobody is', () => ['--compare', 'http://127.0.0.1:1'], 'log-unavailable'],
  ])('does not compare with %s', async (_, rest, code) => {
    expectFailure(await audit(...rest()), { code });
  });
});

it('sotto release revoke takes a release back, for everybody to read', async () => {
  const revoke = ['release', 'revoke', '1.0.0', '--log', log.url, ...policy()];
  expectFailure(await sotto([...revoke, ...key('ada'), ...key('mary')]), { code: 'usage', exit: 2 });
  const done = await sotto([...revoke, '--reason', 'leaks', ...key('ada'), ...key('mary')]);
  expect(done).toMatchObject({ code: 0, out: expect.stringMatching(/^Entry 2: /) });
  const shown = await sotto(['release', 'show', '1.0.0', log.url, ...policy()]);
  expect(JSON.parse(shown.out)).toMatchObject({ revoked: true });
  const reason = await sotto(['release', 'show', '2', log.url, ...policy()]);
  expect(JSON.parse(reason.out)).toMatchObject({ manifest: { type: 'revocation', reason: 'leaks' } });
});
