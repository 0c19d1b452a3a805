/** Debian's sources of the firmware, each of one version and known by its digest. */
import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { say } from '../command.js';
import { ImageError } from '../error.js';

export interface SourceFile {
  readonly name: string;
  /** In hexadecimal. */
  readonly sha256: string;
}

/** Debian trixie's edk2. The second has the patches that mend what was found since. */
export const EDK2: readonly SourceFile[] = [
  {
    name: 'edk2_2025.02.orig.tar.xz',
    sha256: 'b63b6053d6d89c74d9291f9e96fde1584be99e6fb9c169ba9511505129d6b049',
  },
  {
    name: 'edk2_2025.02-8+deb13u1.debian.tar.xz',
    sha256: 'e2a7f6fc58640818416a028d6d5e9dfc255697a7cdc60c14566c236df6bd9b08',
  },
];

/**
 * Has the files in a folder: those that are there already are read, the others fetched.
 *
 * @param mirror of Debian, with a slash at its end
 * @throws ImageError `source-missing`, `source-differs`
 */
export async function fetchSources(
  mirror: string,
  folder: string,
  files: readonly SourceFile[] = EDK2,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const { name, sha256 } of files) {
    const path = join(folder, name);
    if (digestOf(await readFile(path).catch(() => Buffer.of())) === sha256) continue;
    const url = new URL(`pool/main/e/edk2/${encodeURIComponent(name)}`, mirror);
    say(`Fetching ${name} …`);
    const bytes = await download(url);
    if (digestOf(bytes) !== sha256) {
      throw new ImageError('source-differs', `${url} is not the file that ${name} was: use another mirror.`);
    }
    await writeFile(path, bytes);
  }
}

async function download(url: URL): Promise<Buffer> {
  let reason: string;
  try {
    const response = await fetch(url);
    if (response.ok) return Buffer.from(await response.arrayBuffer());
    reason = `${response.status}`;
  } catch (error) {
    reason = (error as Error).message;
  }
  throw new ImageError(
    'source-missing',
    `${url} cannot be fetched (${reason}). Debian may have moved on to another version: image/firmware/edk2.ts names it.`,
  );
}

function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
