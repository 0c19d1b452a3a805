/** Files that are there whole, or not at all, whatever happens: also when the machine loses power. */

import { mkdirSync } from 'node:fs';
import { open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Writes a file in one step. When it resolves, no power failure takes it back. */
export async function writeDurably(file: string, bytes: Uint8Array | string): Promise<void> {
  await stage(file, bytes);
  await rename(`${file}.new`, file);
  await syncFolder(dirname(file));
}

/** Writes several files, none of which is relied on before the call resolves. */
export async function writeAllDurably(files: readonly (readonly [string, Uint8Array])[]): Promise<void> {
  await Promise.all(
    files.map(async ([file, bytes]) => {
      await stage(file, bytes);
      await rename(`${file}.new`, file);
    }),
  );
  await Promise.all([...new Set(files.map(([file]) => dirname(file)))].map(syncFolder));
}

/** Makes a folder that outlives a power failure, with those above it. */
export async function makeFolder(folder: string): Promise<void> {
  const made = mkdirSync(folder, { recursive: true });
  if (made === undefined) return;
  for (let at = folder; at.length >= dirname(made).length; at = dirname(at)) {
    await syncFolder(at);
    if (at === dirname(at)) return;
  }
}

/** Nothing when there is no such file. */
export async function readIfThere(file: string): Promise<Buffer | undefined> {
  try {
    return await readFile(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function stage(file: string, bytes: Uint8Array | string): Promise<void> {
  const handle = await open(`${file}.new`, 'w', 0o644);
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
