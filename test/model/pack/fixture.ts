import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import type { Value } from '../gguf/write.js';
import { ggufBytes } from '../gguf/write.js';
import { type TensorTable, tinyGguf, tinyMetadata, tinyWeights } from '../onnx/tiny-llama.js';

/** A new folder for each test, removed after it. */
export function temporaryFolder(): { readonly path: string } {
  const folder = { path: '' };
  beforeEach(async () => {
    folder.path = await mkdtemp(join(tmpdir(), 'sotto-pack-'));
  });
  afterEach(() => rm(folder.path, { recursive: true, force: true }));
  return folder;
}

export function tinyFile(
  metadata: Readonly<Record<string, Value>> = {},
  weights: TensorTable = tinyWeights({ tied: true }),
): Uint8Array {
  return ggufBytes(tinyGguf(weights, tinyMetadata(metadata)));
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Every file below a folder by its relative path. */
export async function filesIn(folder: string): Promise<Record<string, Buffer>> {
  const files: Record<string, Buffer> = {};
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    files[path.slice(folder.length + 1)] = await readFile(path);
  }
  return files;
}

export async function json(path: string): Promise<Record<string, unknown>> {
  return JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
}
