/** Where a pack is written: it appears whole or not at all, and nothing else is touched. */
import { spawnSync } from 'node:child_process';
import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { importModel, openPack } from '../../../model/pack/index.js';
import { inStagedFolder } from '../../../model/pack/staging.js';
import { filesIn, temporaryFolder, tinyFile } from './fixture.js';

const folder = temporaryFolder();
let source: string;
let packs: string;
let out: string;
beforeEach(async () => {
  source = join(folder.path, 'tiny.gguf');
  packs = join(folder.path, 'packs');
  out = join(packs, 'tiny');
  await writeFile(source, tinyFile());
  await mkdir(packs);
});

describe('a pack that is stopped', () => {
  it.each(['convert', 'verify'])('while at "%s" leaves nothing behind', async (when) => {
    const controller = new AbortController();
    const progress = ({ stage, done, total }: { stage: string; done: number; total: number }) => {
      if (stage === when && done > total / 2) controller.abort();
    };
    const importing = importModel({ source, out, bits: 8, progress, signal: controller.signal });
    await expect(importing).rejects.toMatchObject({ code: 'import-aborted' });
    expect(await readdir(packs)).toEqual([]);
  });

  it('before it begins is not begun', async () => {
    const importing = importModel({ source, out, bits: 8, signal: AbortSignal.abort() });
    await expect(importing).rejects.toMatchObject({ code: 'import-aborted' });
    expect(await readdir(packs)).toEqual([]);
  });

  it('leaves the pack that was there before', async () => {
    await importModel({ source, out, bits: 8 });
    const before = await filesIn(packs);
    const importing = importModel({ source, out, bits: 4, signal: AbortSignal.abort() });
    await expect(importing).rejects.toMatchObject({ code: 'import-aborted' });
    expect(await filesIn(packs)).toEqual(before);
  });
});

describe('a folder that is there already', () => {
  it('is replaced when it is a pack, with all that was in it', async () => {
    await importModel({ source, out, bits: 32 });
    await importModel({ source, out, bits: 4 });
    expect((await openPack(out)).manifest.bits).toBe(4);
    expect(await readdir(join(out, 'onnx'))).toEqual(['model_q4.onnx', 'model_q4.onnx_data']);
  });

  it('is replaced when its path is written with a slash at the end, too', async () => {
    await importModel({ source, out: `${out}/`, bits: 32 });
    await importModel({ source, out: `${out}/`, bits: 4 });
    expect((await openPack(out)).manifest.bits).toBe(4);
    expect(await readdir(packs)).toEqual(['tiny']);
  });

  it('is filled when it is empty', async () => {
    await mkdir(out);
    await importModel({ source, out, bits: 8 });
    await expect(openPack(out)).resolves.toMatchObject({ dir: out });
  });

  it('is left alone when it holds anything else', async () => {
    await mkdir(out);
    await writeFile(join(out, 'thesis.txt'), 'years of work');
    await expect(importModel({ source, out, bits: 8 })).rejects.toMatchObject({
      code: 'import-write-failed',
      message: expect.stringContaining(out),
    });
    expect(await readFile(join(out, 'thesis.txt'), 'utf8')).toBe('years of work');
    expect(await readdir(packs)).toEqual(['tiny']);
  });

  it('is left alone when the model to import lies in it', async () => {
    await importModel({ source, out, bits: 8 });
    const inside = join(out, 'onnx', 'tiny.gguf');
    await writeFile(inside, tinyFile());
    const importing = importModel({ source: inside, out, bits: 4 });
    await expect(importing).rejects.toMatchObject({ code: 'import-write-failed' });
    expect(await readFile(inside)).toEqual(Buffer.from(tinyFile()));
  });

  it('cannot be a file, nor lie below one', async () => {
    for (const place of [source, join(source, 'pack')]) {
      const importing = importModel({ source, out: place, bits: 8 });
      await expect(importing, place).rejects.toMatchObject({ code: 'import-write-failed' });
    }
    expect(await readFile(source)).toEqual(Buffer.from(tinyFile()));
  });
});

describe('what killed imports left', () => {
  it('is removed; the folders of running ones and of other packs are not', async () => {
    const dead = spawnSync('true').pid;
    for (const name of [
      `tiny.importing-${dead}`,
      `tiny.importing-${process.ppid}`,
      `other.importing-${dead}`,
    ]) {
      await mkdir(join(packs, name, 'onnx'), { recursive: true });
      await writeFile(join(packs, name, 'onnx', 'half'), 'half');
    }
    await mkdir(join(packs, 'tiny.importing-notes'));
    await importModel({ source, out, bits: 8 });
    expect((await readdir(packs)).sort()).toEqual(
      [`other.importing-${dead}`, 'tiny', `tiny.importing-${process.ppid}`, 'tiny.importing-notes'].sort(),
    );
  });

  it('is replaced when it has the number of this very process', async () => {
    await mkdir(join(`${out}.importing-${process.pid}`, 'onnx'), { recursive: true });
    await writeFile(join(`${out}.importing-${process.pid}`, 'config.json'), 'half');
    await importModel({ source, out, bits: 8 });
    expect(await readdir(packs)).toEqual(['tiny']);
    await expect(openPack(out)).resolves.toMatchObject({ dir: out });
  });
});

describe('a disk', () => {
  it('with too little room is not begun to be filled', async () => {
    let begun = false;
    const filling = inStagedFolder(out, { bytes: Number.MAX_SAFE_INTEGER }, async () => {
      begun = true;
    });
    await expect(filling).rejects.toMatchObject({
      code: 'import-no-space',
      message: expect.stringMatching(/\d+ MiB are needed, \d+ MiB are free/),
    });
    expect(begun).toBe(false);
    expect(await readdir(packs)).toEqual([]);
  });

  it.runIf(process.platform === 'linux')('that fills up on the way is left as it was', async () => {
    const filling = inStagedFolder(out, { bytes: 0 }, async (staged) => {
      await writeFile(join(staged, 'begun'), 'begun');
      await writeFile('/dev/full', 'more');
    });
    await expect(filling).rejects.toMatchObject({ code: 'import-no-space' });
    expect(await readdir(packs)).toEqual([]);
  });

  it.skipIf(process.getuid?.() === 0)('that cannot be written to (root can write anywhere)', async () => {
    await chmod(packs, 0o555);
    const importing = importModel({ source, out, bits: 8 });
    await expect(importing).rejects.toMatchObject({ code: 'import-write-failed' });
    expect(await readdir(packs)).toEqual([]);
  });
});
