import { stat } from 'node:fs/promises';
import { ModelError } from '../../error.js';
import { sha256OfFile } from '../digest.js';

/** True when the file is there and has this SHA-256. */
export async function isPinned(path: string, sha256: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found?.isFile() === true && (await sha256OfFile(path)) === sha256;
}

/** @throws ModelError `fetch-wrong-hash` naming both hashes */
export async function requirePinned(path: string, sha256: string, origin: string): Promise<void> {
  const found = await sha256OfFile(path);
  if (found !== sha256) {
    throw new ModelError(
      'fetch-wrong-hash',
      `${origin} has SHA-256 ${found} instead of ${sha256}: it is not the file that was meant, and is not used.`,
    );
  }
}
