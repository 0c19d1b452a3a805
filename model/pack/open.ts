import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ModelError } from '../error.js';
import { sha256OfFile } from './digest.js';
import { decodeManifest, type FileDigest, MANIFEST_FILE, type PackManifest } from './manifest.js';

/** A folder whose every file has been found to be what its manifest says. */
export interface ModelPack {
  readonly dir: string;
  readonly manifest: PackManifest;
  /** Absolute or working-directory path of the graph, for the runtime to open; its weights lie beside it. */
  readonly graphPath: string;
  /** SHA-256 of the manifest's bytes: names the pack and, through the digests in it, all of its files. */
  readonly digest: Uint8Array;
}

/**
 * Opens a model pack and verifies the size and SHA-256 of each of its files.
 * @throws ModelError `pack-missing`, `pack-corrupt` (naming the file and both hashes) or `pack-unsupported`
 */
export async function openPack(dir: string): Promise<ModelPack> {
  const bytes = await readManifest(dir);
  const manifest = decodeManifest(bytes);
  for (const file of manifest.files) await verifyFile(dir, file);
  const digest = new Uint8Array(createHash('sha256').update(bytes).digest());
  return { dir, manifest, graphPath: join(dir, manifest.graph), digest };
}

async function readManifest(dir: string): Promise<Uint8Array> {
  try {
    return await readFile(join(dir, MANIFEST_FILE));
  } catch (cause) {
    throw new ModelError('pack-missing', `There is no model pack in ${dir}: run "sotto model import".`, {
      cause,
    });
  }
}

async function verifyFile(dir: string, file: FileDigest): Promise<void> {
  const path = join(dir, file.path);
  const status = await stat(path).catch(() => undefined);
  if (!status?.isFile()) {
    throw new ModelError('pack-corrupt', `The pack in ${dir} lacks ${file.path}: import the model again.`);
  }
  if (status.size !== file.size) {
    throw new ModelError(
      'pack-corrupt',
      `${path} has ${status.size} bytes instead of ${file.size}: import the model again.`,
    );
  }
  const found = await sha256OfFile(path).catch((cause: unknown) => {
    throw new ModelError('pack-corrupt', `${path} cannot be read.`, { cause });
  });
  if (found !== file.sha256) {
    throw new ModelError(
      'pack-corrupt',
      `${path} has SHA-256 ${found} instead of ${file.sha256}: import the model again.`,
    );
  }
}
