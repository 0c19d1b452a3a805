import { cpSync, mkdtempSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { VERSION } from '../../server/index.js';
import { expectFailure, sotto } from './fixture.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sotto-help-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const commands = [
  'ledger',
  'witness',
  'audit',
  'release publish',
  'release list',
  'demo',
  'serve',
  'summarize',
  'reply',
  'rewrite',
  'proofread',
  'verify',
  'issuer account',
  'issuer',
  'model import',
];

describe('sotto', () => {
  it('lists its commands', async () => {
    const { code, out } = await sotto(['--help']);
    expect(code).toBe(0);
    for (const name of commands) expect(out).toMatch(new RegExp(`^  ${name} `, 'm'));
    expect(await sotto([])).toMatchObject({ code: 2, out });
  });

  it.each(commands)('explains %s', async (name) => {
    const { code, out } = await sotto([...name.split(' '), '--help']);
    expect(code).toBe(0);
    expect(out).toMatch(new RegExp(`^sotto ${name} `));
  });

  it('tells its version, which is that of the package', async () => {
    expect(await sotto(['--version'])).toEqual({ code: 0, out: `${VERSION}\n`, err: '' });
    expect(JSON.parse(readFileSync('package.json', 'utf8'))).toMatchObject({ version: VERSION });
  });

  it.each([['frobnicate'], ['model'], ['model', 'export']])('does not know %s', async (...args) => {
    expectFailure(await sotto(args), { code: 'usage', exit: 2 });
  });
});

describe('serving', () => {
  it('needs a model, and says where to get one', async () => {
    const result = await sotto(['serve', '--port', '0', '--model', join(folder, 'none')]);
    expectFailure(result, { code: 'engine-failed: pack-missing' });
    expect(result.err).toContain('sotto model import');
  });

  it('refuses a pack that was changed', async () => {
    const pack = join(folder, 'pack');
    cpSync('.sotto/models/default', pack, { recursive: true });
    truncateSync(join(pack, 'tokenizer.json'), 1000);
    expectFailure(await sotto(['serve', '--port', '0', '--model', pack]), {
      code: 'engine-failed: pack-corrupt',
    });
  });

  it.each([
    ['--port', '70000'],
    ['--port', 'x'],
    ['--direct-port', 'x'],
    ['--threads', '0'],
    ['--backend', 'gpu'],
    ['--tsm', 'mine'],
  ])('refuses %s %s', async (...args) => {
    expectFailure(await sotto(['serve', ...args]), { code: 'usage', exit: 2 });
  });

  it('fails on an address that is not this machine’s', async () => {
    expectFailure(await sotto(['serve', '--port', '0', '--host', '192.0.2.1']), { code: 'listen-failed' });
  });
});

describe('importing a model', () => {
  const options = () => ['--downloads', join(folder, 'downloads'), '--out', join(folder, 'out')];

  it('needs pip for the default one, and says so', async () => {
    const result = await sotto(['model', 'import', ...options()], { env: { PATH: folder } });
    expectFailure(result, { code: 'pip-missing' });
    expect(result.err).toContain('pip');
  });

  it.each<[string, readonly string[], string, number]>([
    ['a file that is not there', ['/nonexistent.gguf'], 'import-source-missing', 1],
    ['a file that is no model', ['package.json'], 'import-source-unsupported', 1],
    ['a hub file without its hash', ['hf:a/b/c.gguf'], 'fetch-bad-reference', 1],
    ['a strange number of bits', ['--bits', '5'], 'usage', 2],
    ['two at once', ['a.gguf', 'b.gguf'], 'usage', 2],
  ])('refuses %s', async (_, args, code, exit) => {
    expectFailure(await sotto(['model', 'import', ...args, ...options()]), { code, exit });
  });
});
