/** Phala's dcap-qvl, in Rust, by its Python wheel: a verifier of TDX quotes that knows version 5 as well. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { TdxRequest } from './google.js';
import { Peer } from './peer.js';

const VERSION = '0.7.0';
const SCRIPT = resolve('test/interop/attestation/dcap_qvl_lines.py');
const FOLDER = resolve(`.sotto/interop/dcap-qvl-${VERSION}`);

/** Installs it if it is not there; several processes may try at a time. @returns why it cannot be used, or nothing */
export function installDcapQvl(): string | undefined {
  if (existsSync(FOLDER)) return undefined;
  const own = `${FOLDER}-${process.pid}`;
  mkdirSync(dirname(FOLDER), { recursive: true });
  const wheel = ['--quiet', '--only-binary', ':all:', '--no-deps', `dcap-qvl==${VERSION}`];
  const { status, stderr, error } = spawnSync(
    'python3',
    ['-m', 'pip', 'install', '--target', own, ...wheel],
    {
      encoding: 'utf8',
    },
  );
  if (status !== 0) {
    rmSync(own, { recursive: true, force: true });
    return `pip install dcap-qvl==${VERSION} failed: ${error?.message ?? stderr.trim()}`;
  }
  try {
    renameSync(own, FOLDER);
  } catch (cause) {
    rmSync(own, { recursive: true });
    if (!existsSync(FOLDER)) throw cause; // Otherwise somebody else was faster.
  }
  return undefined;
}

/** Starts it; it must be installed. */
export function startDcapQvl(): Peer<TdxRequest> {
  return new Peer(`dcap-qvl ${VERSION}`, 'python3', [SCRIPT, FOLDER]);
}
