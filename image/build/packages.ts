/** The Debian packages of an image: what went in, against what the lock file says. */
import { readFile } from 'node:fs/promises';
import { ImageError } from '../error.js';

export interface DebianPackage {
  readonly name: string;
  readonly version: string;
}

/** Reads mkosi's manifest. */
export async function readManifest(path: string): Promise<DebianPackage[]> {
  const { packages } = JSON.parse(await readFile(path, 'utf8')) as { packages: DebianPackage[] };
  return packages.map(({ name, version }) => ({ name, version }));
}

/** The packages of both stages, each version once, sorted. */
export function mergePackages(...lists: readonly (readonly DebianPackage[])[]): DebianPackage[] {
  const all = new Map(lists.flat().map((one) => [lockLine(one), one]));
  return [...all].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
}

export function lockText(packages: readonly DebianPackage[]): string {
  return `${packages.map(lockLine).join('\n')}\n`;
}

/**
 * Compares with the lock file, which pins a release: a mirror has the newest versions only, and a build of others is another image.
 *
 * @throws ImageError `packages-differ`, naming them
 */
export function requireLocked(packages: readonly DebianPackage[], lock: string): void {
  const found = new Set(packages.map(lockLine));
  const locked = new Set(lock.split('\n').filter((line) => line !== ''));
  const differing = [
    ...[...found].filter((line) => !locked.has(line)).map((line) => `+${line}`),
    ...[...locked].filter((line) => !found.has(line)).map((line) => `-${line}`),
  ];
  if (differing.length === 0) return;
  const shown = differing.slice(0, 8).join(' ');
  throw new ImageError(
    'packages-differ',
    `The mirror's packages are not those of image/packages.lock (${differing.length}: ${shown}${differing.length > 8 ? ' …' : ''}). The image that was made is another one than the release's. Take a mirror of that day, or accept them with "npm run image -- --relock".`,
  );
}

function lockLine({ name, version }: DebianPackage): string {
  return `${name}=${version}`;
}
