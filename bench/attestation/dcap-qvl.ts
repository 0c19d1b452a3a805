/** Phala's dcap-qvl, in Rust, by its Python wheel: a verifier of TDX quotes that knows version 5 as well. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { TdxRequest } from './google.js';
import { Peer } from './peer.js';

const VERSION = '0.7.0';
const SCRIPT = resolve('test/interop/attestation/dcap_qvl_lines.py');
const VENV = resolve(`.sotto/interop/dcap-qvl-${VERSION}`);
const READY = join(VENV, 'ready');

/** Installs it if it is not there. @returns why it cannot be used, or nothing */
export function installDcapQvl(): string | undefined {
  if (existsSync(READY)) return undefined;
  const run = (program: string, ...args: string[]) => spawnSync(program, args, { encoding: 'utf8' });
  const made = run('python3', '-m', 'venv', '--clear', VENV);
  if (made.status !== 0) return `python3 -m venv failed: ${made.error?.message ?? made.stderr}`;
  const wheel = ['--quiet', '--only-binary', ':all:', '--no-deps', `dcap-qvl==${VERSION}`];
  const installed = run(join(VENV, 'bin', 'python'), '-m', 'pip', 'install', ...wheel);
  if (installed.status !== 0) return `pip install dcap-qvl==${VERSION} failed: ${installed.stderr.trim()}`;
  mkdirSync(READY);
  return undefined;
}

/** Starts it; it must be installed. */
export function startDcapQvl(): Peer<TdxRequest> {
  return new Peer(`dcap-qvl ${VERSION}`, join(VENV, 'bin', 'python'), [SCRIPT]);
}
