/** Whether an image has to be built at all: a digest of everything that goes into it. */
import { createHash } from 'node:crypto';
import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';

/** The SHA-256 of files and folders, names included, in hexadecimal. Their modes are the same on every machine. */
export async function inputsDigest(paths: readonly string[], ...words: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  const add = (bytes: string | Uint8Array) => {
    const length = Buffer.alloc(8);
    length.writeBigUInt64BE(BigInt(Buffer.byteLength(bytes)));
    hash.update(length).update(bytes);
  };
  const walk = async (path: string, name: string): Promise<void> => {
    add(name);
    const found = await lstat(path);
    if (found.isSymbolicLink()) return add(await readlink(path));
    if (!found.isDirectory()) return add(await readFile(path));
    for (const entry of (await readdir(path)).sort()) await walk(join(path, entry), `${name}/${entry}`);
  };
  for (const word of words) add(word);
  for (const [i, path] of paths.entries()) await walk(path, String(i));
  return hash.digest('hex');
}
