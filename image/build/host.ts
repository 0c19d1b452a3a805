/** Whether this machine can build the image. */
import { spawnSync } from 'node:child_process';
import { readFileSync, statfsSync } from 'node:fs';
import { ImageError } from '../error.js';

const GIB = 2 ** 30;
/** Tools 1.6, downloads 1, trees and images 2; what is there from the last time counts too, so this is on the safe side. */
const SPACE_GIB = 6;
const programs = { 'apt-get': 'apt', 'dpkg-deb': 'dpkg', python3: 'python3', unshare: 'util-linux' } as const;

/** What is asked of the machine; another one in tests. */
export interface Host {
  readonly osRelease: string;
  readonly uid: number;
  readonly freeBytes: number;
  readonly has: (program: string) => boolean;
}

export function thisHost(folder: string): Host {
  const { bavail, bsize } = statfsSync(folder);
  return {
    osRelease: readOsRelease(),
    uid: process.getuid?.() ?? -1,
    freeBytes: bavail * bsize,
    has: (program) => spawnSync(program, ['--version'], { stdio: 'ignore' }).error === undefined,
  };
}

/** @throws ImageError `host-unsupported`, `not-root`, `tool-missing`, `no-space` */
export function requireHost({ osRelease, uid, freeBytes, has }: Host): void {
  const id = /^ID="?([^"\n]*)"?$/m.exec(osRelease)?.[1] ?? 'unknown';
  if (id !== 'debian') {
    throw new ImageError(
      'host-unsupported',
      `The image is built on Debian 12 or later; this is ${id}. Use a VM or a container of it.`,
    );
  }
  if (uid !== 0) throw new ImageError('not-root', 'Building the image takes root: run it with sudo.');
  const missing = Object.entries(programs).filter(([program]) => !has(program));
  if (missing.length > 0) {
    const packages = missing.map(([, name]) => name).join(' ');
    throw new ImageError(
      'tool-missing',
      `${missing.map(([program]) => program).join(', ')} missing: apt-get install ${packages}`,
    );
  }
  if (freeBytes < SPACE_GIB * GIB) {
    const free = (freeBytes / GIB).toFixed(1);
    throw new ImageError(
      'no-space',
      `Building takes ${SPACE_GIB} GiB under .sotto/; ${free} GiB are free. Make room and run this again.`,
    );
  }
}

function readOsRelease(): string {
  try {
    return readFileSync('/etc/os-release', 'utf8');
  } catch {
    return '';
  }
}
