/** The released image, built again in another folder: bit for bit the same. Prints the hashes of both builds. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { outputFolder, ROOT, WORK } from '../../../image/command.js';
import { verityRoot } from '../../../image/measure/verity-root.js';

/** What a build reads of a checkout. */
const CHECKOUT = ['package.json', 'mkosi.conf', 'image', 'dist', 'node_modules', '.sotto/models'];
/** Made once from the mirror's packages: mkosi and its tools, which are not built of our sources. */
const TOOLS = ['mkosi', 'tools', 'packages'];

const folder = mkdtempSync(join(tmpdir(), 'sotto-again-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('is the same when it is built again, in another folder and at another time', () => {
  for (const name of CHECKOUT) cpSync(join(ROOT, name), join(folder, name), { recursive: true });
  mkdirSync(join(folder, '.sotto/image'), { recursive: true });
  for (const name of TOOLS) {
    // cpSync follows no device or socket; a tree of tools has links that point outside of it, and cp keeps all of them.
    const copied = spawnSync('cp', ['-a', join(WORK, name), join(folder, '.sotto/image', name)]);
    expect(copied.status).toBe(0);
  }
  const again = join(folder, '.sotto/image/release');
  expect(existsSync(again)).toBe(false);
  const built = spawnSync(process.execPath, ['dist/image/build/main.js'], { cwd: folder, encoding: 'utf8' });
  expect(built.stderr).toContain('Done: ');
  expect(built.status).toBe(0);

  const [first, second] = [hashesOf(outputFolder('release')), hashesOf(again)];
  process.stdout.write(`${JSON.stringify({ first, second }, undefined, 2)}\n`);
  expect(second).toEqual(first);
});

interface Hashes {
  readonly image: string;
  readonly uki: string;
  readonly root: string;
}

function hashesOf(output: string): Hashes {
  const uki = readFileSync(join(output, 'sotto.efi'));
  return { image: sha256(readFileSync(join(output, 'sotto.raw'))), uki: sha256(uki), root: verityRoot(uki) };
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
