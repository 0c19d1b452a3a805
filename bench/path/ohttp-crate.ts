/** The Rust crates ohttp and bhttp, behind the program in `test/interop/ohttp`: a client, a gateway, and their speed. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

const SOURCE = resolve('test/interop/ohttp');
const FOLDER = resolve('.sotto/interop');

/** Whether there is a Rust toolchain to build the program with. */
export function cargoIsPresent(): boolean {
  return spawnSync('cargo', ['--version'], { stdio: 'ignore' }).status === 0;
}

/**
 * Builds the program unless this very source was built before.
 * @returns where it is
 * @throws Error with the compiler's words when it cannot be built
 */
export function buildOhttpPeer(): string {
  const program = join(FOLDER, `ohttp-peer-${digestOfSource()}`);
  if (existsSync(program)) return program;
  mkdirSync(dirname(program), { recursive: true });
  const target = join(FOLDER, 'ohttp-target');
  const args = ['build', '--quiet', '--release', '--locked', '--target-dir', target];
  const built = spawnSync('cargo', [...args, '--manifest-path', join(SOURCE, 'Cargo.toml')], {
    encoding: 'utf8',
  });
  if (built.status !== 0) throw new Error(`the ohttp peer cannot be built: ${built.stderr}`);
  // Several processes may do this at a time.
  const own = `${program}.${process.pid}`;
  copyFileSync(join(target, 'release', 'ohttp-peer'), own);
  renameSync(own, program);
  return program;
}

function digestOfSource(): string {
  const hash = createHash('sha256');
  const sources = readdirSync(join(SOURCE, 'src'))
    .toSorted()
    .map((name) => join('src', name));
  for (const file of ['Cargo.toml', 'Cargo.lock', ...sources]) hash.update(readFileSync(join(SOURCE, file)));
  return hash.digest('hex').slice(0, 16);
}
