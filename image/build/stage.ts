/** What is ours of the image's root, in one tree with the same modes and owners on every machine. */
import { chmod, cp, lstat, mkdir, readdir, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { ModelError, openPack } from '../../model/index.js';
import type { Variant } from '../command.js';
import { ImageError } from '../error.js';
import { bundleServer } from './bundle.js';

export interface Staged {
  /** Folders of the npm packages whose code went in. */
  readonly packages: readonly string[];
  readonly model: { readonly name: string; readonly digest: Uint8Array };
}

/** Where something is mounted in the root that the server sees. */
const MOUNTED = ['dev', 'proc', 'run', 'sys', 'tmp', 'usr', 'var/tmp'];
const LINKS = {
  lib: 'usr/lib',
  lib64: 'usr/lib64',
  'etc/resolv.conf': '../run/systemd/resolve/stub-resolv.conf',
};

/**
 * Lays out server, model and units.
 *
 * @throws ImageError `model-missing`, `model-malformed`
 */
export async function stage(root: string, variant: Variant, to: string): Promise<Staged> {
  const model = await openModel(join(root, '.sotto', 'models', 'default'));
  await rm(to, { recursive: true, force: true });
  await mkdir(join(to, 'usr/lib'), { recursive: true });
  await mkdir(join(to, 'usr/share/sotto'), { recursive: true });
  await cp(join(root, 'image/root'), to, { recursive: true });
  await layOutServerRoot(join(to, 'usr/lib/sotto/root'));
  const server = join(to, 'usr/lib/sotto');
  const packages = await bundleServer(root, variant, server);
  await cp(join(root, 'image/kernel-command-line'), join(server, 'kernel-command-line'));
  await cp(model.dir, join(to, 'usr/share/sotto/model'), { recursive: true });
  await normalize(to);
  return { packages, model: { name: model.manifest.name, digest: model.digest } };
}

/** What git cannot keep, or other tools stumble over. */
async function layOutServerRoot(root: string): Promise<void> {
  for (const folder of MOUNTED) await mkdir(join(root, folder), { recursive: true });
  for (const [link, target] of Object.entries(LINKS)) await symlink(target, join(root, link));
}

async function openModel(folder: string): ReturnType<typeof openPack> {
  try {
    return await openPack(folder);
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    throw new ImageError(error.code === 'pack-missing' ? 'model-missing' : 'model-malformed', error.message, {
      cause: error,
    });
  }
}

/** A checkout's modes are its owner's umask's: here folders are 0755 and files 0644. */
async function normalize(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const found = await lstat(path);
    if (found.isDirectory()) await normalize(path);
    else if (!found.isSymbolicLink()) await chmod(path, 0o644);
  }
}
