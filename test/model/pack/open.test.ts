import { mkdir, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { importModel, openPack, type PackManifest } from '../../../model/pack/index.js';
import { sha256, temporaryFolder, tinyFile } from './fixture.js';

const folder = temporaryFolder();
let pack: string;
let manifest: PackManifest;
beforeEach(async () => {
  const source = join(folder.path, 'tiny.gguf');
  pack = join(folder.path, 'pack');
  await writeFile(source, tinyFile());
  manifest = await importModel({ source, out: pack, bits: 8 });
});

const rewrite = (content: unknown) =>
  writeFile(join(pack, 'sotto.json'), typeof content === 'string' ? content : JSON.stringify(content));
const withFirstFile = (changes: object) => ({
  ...manifest,
  files: [{ ...manifest.files[0], ...changes }, ...manifest.files.slice(1)],
});
const withFile = (path: unknown) => ({
  ...manifest,
  files: [...manifest.files, { path, size: 0, sha256: sha256(new Uint8Array()) }],
});

describe('a pack', () => {
  it('opens with its manifest, the path of its graph and the digest of the manifest', async () => {
    expect(await openPack(pack)).toEqual({
      dir: pack,
      manifest,
      graphPath: join(pack, 'onnx/model_quantized.onnx'),
      digest: Uint8Array.from(Buffer.from(sha256(await readFile(join(pack, 'sotto.json'))), 'hex')),
    });
  });

  it('may have files that it does not list: nobody reads them', async () => {
    await writeFile(join(pack, 'README.md'), 'ours');
    await expect(openPack(pack)).resolves.toMatchObject({ manifest });
  });
});

describe('a folder without a manifest', () => {
  it('is no pack; the message says how to make one', async () => {
    const nowhere = join(folder.path, 'nowhere');
    await mkdir(join(folder.path, 'empty'));
    for (const dir of [nowhere, join(folder.path, 'empty'), join(folder.path, 'tiny.gguf')]) {
      await expect(openPack(dir), dir).rejects.toMatchObject({
        code: 'pack-missing',
        message: expect.stringMatching(/There is no model pack in .*sotto model import/),
      });
    }
  });
});

describe('a pack is corrupt when', () => {
  it('any one of its files is missing, is a folder or leads nowhere; the message names it', async () => {
    expect(manifest.files).toHaveLength(6);
    for (const { path } of manifest.files) {
      const file = join(pack, path);
      const before = await readFile(file);
      const lacking = { code: 'pack-corrupt', message: expect.stringContaining(`lacks ${path}:`) };
      await rm(file);
      await expect(openPack(pack), path).rejects.toMatchObject(lacking);
      await mkdir(file);
      await expect(openPack(pack), path).rejects.toMatchObject(lacking);
      await rm(file, { recursive: true });
      await symlink('nowhere', file);
      await expect(openPack(pack), path).rejects.toMatchObject(lacking);
      await rm(file);
      await writeFile(file, before);
    }
    await expect(openPack(pack)).resolves.toMatchObject({ manifest });
  });

  it('one byte of any file has changed; the message names the file and both hashes', async () => {
    for (const { path, sha256: expected } of manifest.files) {
      const before = await readFile(join(pack, path));
      const changed = Uint8Array.from(before);
      changed[Math.floor(changed.length / 2)]! ^= 1;
      await writeFile(join(pack, path), changed);
      const message = await openPack(pack).catch((e: { code: string; message: string }) => {
        expect(e.code).toBe('pack-corrupt');
        return e.message;
      });
      expect(message).toContain(`${join(pack, path)} has SHA-256 ${sha256(changed)} instead of ${expected}`);
      await writeFile(join(pack, path), before);
    }
  });

  it('a file is longer or shorter; the message names it and both sizes', async () => {
    for (const { path, size } of manifest.files) {
      const before = await readFile(join(pack, path));
      for (const other of [size - 1, size + 1, 0]) {
        await truncate(join(pack, path), other);
        await expect(openPack(pack), path).rejects.toMatchObject({
          code: 'pack-corrupt',
          message: expect.stringContaining(`${join(pack, path)} has ${other} bytes instead of ${size}`),
        });
      }
      await writeFile(join(pack, path), before);
    }
  });

  it.each<[string, () => unknown]>([
    ['empty', () => ''],
    ['cut off', () => JSON.stringify(manifest).slice(0, -1)],
    ['not an object', () => [manifest]],
    ['null', () => 'null'],
    ['without files', () => ({ ...manifest, files: undefined })],
    ['with files that are no list', () => ({ ...manifest, files: {} })],
    ['without the graph among its files', () => ({ ...manifest, graph: 'onnx/other.onnx' })],
    ['without the configuration among its files', () => ({ ...manifest, files: manifest.files.slice(1) })],
    ['with a file twice', () => ({ ...manifest, files: [...manifest.files, manifest.files[0]] })],
    ['of 3 bits', () => ({ ...manifest, bits: 3 })],
    ['without a name', () => ({ ...manifest, name: undefined })],
    ['without a source', () => ({ ...manifest, source: undefined })],
    ['with a model of no layers', () => ({ ...manifest, model: { ...manifest.model, layers: 0 } })],
    ['with half a layer', () => ({ ...manifest, model: { ...manifest.model, layers: 1.5 } })],
    ['without an epsilon', () => ({ ...manifest, model: { ...manifest.model, normEpsilon: null } })],
    ['with a negative size', () => withFirstFile({ size: -1 })],
    ['with a size in quotes', () => withFirstFile({ size: String(manifest.files[0]!.size) })],
    ['with a short hash', () => withFirstFile({ sha256: 'ab' })],
    ['with a hash in capitals', () => withFirstFile({ sha256: manifest.files[0]!.sha256.toUpperCase() })],
  ])('the manifest is %s', async (_, content) => {
    await rewrite(content());
    await expect(openPack(pack)).rejects.toMatchObject({
      code: 'pack-corrupt',
      message: expect.stringContaining('sotto.json'),
    });
  });

  it('the manifest is not UTF-8', async () => {
    const bytes = await readFile(join(pack, 'sotto.json'));
    bytes[bytes.indexOf('Tiny')] = 0xff;
    await writeFile(join(pack, 'sotto.json'), bytes);
    await expect(openPack(pack)).rejects.toMatchObject({ code: 'pack-corrupt' });
  });

  it.each<[unknown]>([
    ['../outside'],
    ['onnx/../../outside'],
    ['onnx/../config.json'],
    ['./outside'],
    ['..'],
    [''],
    ['/etc/passwd'],
    ['onnx//outside'],
    ['onnx/'],
    ['..\\outside'],
    ['C:\\outside'],
    ['file:outside'],
    ['outside\0'],
    ['outside\n'],
    [7],
    [null],
  ])('the manifest lists %j, which is no path inside the folder', async (path) => {
    await writeFile(join(folder.path, 'outside'), '');
    await rewrite(withFile(path));
    await expect(openPack(pack)).rejects.toMatchObject({
      code: 'pack-corrupt',
      message: expect.stringContaining('sotto.json'),
    });
  });

  it('but not when it lists one more file inside the folder', async () => {
    await writeFile(join(pack, 'onnx', 'extra.v1-2_3'), '');
    await rewrite(withFile('onnx/extra.v1-2_3'));
    await expect(openPack(pack)).resolves.toMatchObject({ dir: pack });
  });
});

describe('a pack of another version is not supported when', () => {
  it.each<[string, unknown, string]>([
    ['a newer format', 2, 'format 2'],
    ['a format in quotes', '1', 'format "1"'],
    ['no format', undefined, 'format 1'],
  ])('it has %s', async (_, format, named) => {
    await rewrite({ ...manifest, format });
    await expect(openPack(pack)).rejects.toMatchObject({
      code: 'pack-unsupported',
      message: expect.stringContaining(named),
    });
  });

  it.each<[string, () => unknown]>([
    ['adapter', () => ({ ...manifest, adapter: 'lora.onnx' })],
    ['model.experts', () => ({ ...manifest, model: { ...manifest.model, experts: 8 } })],
    ['source.url', () => ({ ...manifest, source: { ...manifest.source, url: 'https://example.org' } })],
    ['files.0.mode', () => withFirstFile({ mode: 0o755 })],
  ])('it has a field %s that this one does not know', async (field, content) => {
    await rewrite(content());
    await expect(openPack(pack)).rejects.toMatchObject({
      code: 'pack-unsupported',
      message: expect.stringContaining(JSON.stringify(field)),
    });
  });
});
