import { mkdir, readdir, rename, rm, statfs } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { ModelError } from '../error.js';
import { asWriteError, noSpace, systemCode } from './disk.js';
import { MANIFEST_FILE } from './manifest.js';

const MARK = '.importing-';

/**
 * Fills a folder beside `target` and renames it to `target` when `fill` has succeeded, so that nobody ever sees half a pack.
 * An older pack there is replaced; any other folder that is not empty is left alone.
 * @throws ModelError `import-no-space`, `import-write-failed`, and whatever `fill` throws
 */
export async function inStagedFolder<T>(
  target: string,
  needs: { readonly bytes: number },
  fill: (folder: string) => Promise<T>,
): Promise<T> {
  // Without a slash at its end, so that what is put beside it is not put into it.
  const out = resolve(target);
  const parent = dirname(out);
  const staged = `${out}${MARK}${process.pid}`;
  try {
    await mkdir(parent, { recursive: true });
    await removeAbandoned(parent, basename(out));
    await checkReplaceable(out);
    await checkSpace(parent, needs.bytes);
    await rm(staged, { recursive: true, force: true });
    await mkdir(staged);
    const result = await fill(staged);
    await rm(out, { recursive: true, force: true });
    await rename(staged, out);
    return result;
  } catch (error) {
    // What cannot be removed could not be made either: the first error is the one to tell.
    await rm(staged, { recursive: true, force: true }).catch(() => undefined);
    throw asWriteError(error, parent);
  }
}

/** Folders of imports that were killed: their process is gone. */
async function removeAbandoned(parent: string, name: string): Promise<void> {
  for (const entry of await readdir(parent)) {
    if (!entry.startsWith(name + MARK)) continue;
    const pid = Number(entry.slice(name.length + MARK.length));
    if (Number.isSafeInteger(pid) && !isRunning(pid))
      await rm(join(parent, entry), { recursive: true, force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return systemCode(error) === 'EPERM';
  }
}

async function checkReplaceable(out: string): Promise<void> {
  let entries: string[];
  try {
    entries = await readdir(out);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return;
    throw error;
  }
  if (entries.length === 0 || entries.includes(MANIFEST_FILE)) return;
  throw new ModelError(
    'import-write-failed',
    `${out} holds something that is not a model pack: choose another folder.`,
  );
}

async function checkSpace(folder: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize < bytes)
    throw noSpace(folder, `${mebibytes(bytes)} MiB are needed, ${mebibytes(bavail * bsize)} MiB are free`);
}

function mebibytes(bytes: number): number {
  return Math.ceil(bytes / 2 ** 20);
}
