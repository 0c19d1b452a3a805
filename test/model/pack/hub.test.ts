import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fetchModel } from '../../../model/pack/index.js';
import { sha256, temporaryFolder } from './fixture.js';
import { breaking, HubServer, range, redirect, status, upTo, whole } from './hub-server.js';

const folder = temporaryFolder();
const content = Buffer.from(Uint8Array.from({ length: 300_000 }, (_, i) => (i * i) >> 8));
const hash = sha256(content);
const name = `${hash.slice(0, 16)}-tiny.gguf`;
const source = 'hf:owner/repository/folder/tiny.gguf@v1.0';

let hub: HubServer;
let partial: string;
beforeEach(async () => {
  hub = await HubServer.start(content);
  partial = join(folder.path, `${name}.partial`);
});
afterEach(() => hub.stop());

interface Options {
  readonly source?: string;
  readonly sha256?: string;
  readonly signal?: AbortSignal;
  readonly progress?: (step: { stage: string; done: number; total: number }) => void;
}
const fetching = (options: Options = {}) =>
  fetchModel({ source, sha256: hash, cache: folder.path, hub: hub.url, ...options });

/** When the client has written so many bytes. */
async function onDisk(size: number): Promise<void> {
  while (((await stat(partial).catch(() => undefined))?.size ?? 0) < size)
    await new Promise((resolve) => setTimeout(resolve, 5));
}

/** Sends the file up to byte `end` and breaks the connection when the client has written that much. */
const breakingAt = (end: number) => upTo(end, (response) => onDisk(end).then(() => response.destroy()));

async function expectWhole(path: string): Promise<void> {
  expect(path).toBe(join(folder.path, name));
  expect((await readFile(path)).equals(content)).toBe(true);
  expect(await readdir(folder.path)).toEqual([name]);
}

describe('a file on the hub', () => {
  it('is downloaded, from the address that the hub gives its files', async () => {
    await expectWhole(await fetching());
    expect(hub.paths).toEqual(['/owner/repository/resolve/v1.0/folder/tiny.gguf']);
    expect(hub.ranges).toEqual([undefined]);
  });

  it('is of the main revision, or of one with a slash', async () => {
    hub.answers = [status(404)];
    await expect(fetching({ source: 'hf:o/r/t.gguf' })).rejects.toMatchObject({ code: 'fetch-failed' });
    await expect(fetching({ source: 'hf:o/r/t.gguf@refs/pr/1' })).rejects.toMatchObject({
      code: 'fetch-failed',
    });
    expect(hub.paths).toEqual(['/o/r/resolve/main/t.gguf', '/o/r/resolve/refs%2Fpr%2F1/t.gguf']);
  });

  it('is downloaded once', async () => {
    await fetching();
    await expectWhole(await fetching({ sha256: hash.toUpperCase() }));
    expect(hub.paths).toHaveLength(1);
  });

  it('is downloaded again when what is there has changed', async () => {
    await writeFile(join(folder.path, name), 'half');
    await expectWhole(await fetching());
  });

  it('is counted on the way', async () => {
    hub.answers = [breakingAt(100_000), range];
    const steps: { stage: string; done: number; total: number }[] = [];
    await fetching({ progress: (step) => steps.push(step) });
    expect(steps.every((s) => s.stage === 'download' && s.total === content.length)).toBe(true);
    const done = steps.map((s) => s.done);
    expect(done).toEqual([...done].sort((a, b) => a - b));
    expect(done.at(-1)).toBe(content.length);
  });

  it('may lie elsewhere, also for the rest of it', async () => {
    hub.answers = [redirect('/elsewhere'), breakingAt(100_000), redirect('/elsewhere'), range];
    await expectWhole(await fetching());
    expect(hub.paths.filter((path) => path === '/elsewhere')).toHaveLength(2);
    expect(hub.ranges).toEqual([undefined, undefined, 'bytes=100000-', 'bytes=100000-']);
  });
});

describe('a connection that breaks', () => {
  it('is taken up again where it broke', async () => {
    hub.answers = [breakingAt(100_000), breakingAt(250_000), range];
    await expectWhole(await fetching());
    expect(hub.ranges).toEqual([undefined, 'bytes=100000-', 'bytes=250000-']);
  });

  it('may break as often as it likes while it brings something', async () => {
    hub.answers = [...[1, 2, 3, 4, 5].map((n) => breakingAt(n * 50_000)), range];
    await expectWhole(await fetching());
    expect(hub.ranges).toHaveLength(6);
  });

  it('is given up after three in a row that brought nothing; what is there is kept', async () => {
    hub.answers = [breakingAt(100_000), breaking];
    await expect(fetching()).rejects.toMatchObject({
      code: 'fetch-failed',
      message: expect.stringContaining('Run this again to continue'),
    });
    expect(hub.ranges).toEqual([undefined, ...Array(3).fill('bytes=100000-')]);
    hub.answers = [range];
    await expectWhole(await fetching());
    expect(hub.ranges.at(-1)).toBe('bytes=100000-');
  });

  it('is made anew when the server can only give all', async () => {
    hub.answers = [breakingAt(100_000), whole];
    await expectWhole(await fetching());
    expect(hub.ranges).toEqual([undefined, 'bytes=100000-']);
  });

  it('is not taken up with another range than was asked for', async () => {
    await writeFile(partial, content.subarray(0, 1000));
    hub.answers = [
      (_, response) => response.writeHead(206, { 'content-range': 'bytes 0-9/300000' }).end('0123456789'),
    ];
    await expect(fetching()).rejects.toMatchObject({ code: 'fetch-failed' });
    expect(await readFile(partial)).toEqual(content.subarray(0, 1000));
  });

  it('cannot be made at all', async () => {
    const { url } = hub;
    await hub.stop();
    hub = await HubServer.start(content);
    const nobody = fetchModel({ source, sha256: hash, cache: folder.path, hub: url });
    await expect(nobody).rejects.toMatchObject({ code: 'fetch-failed' });
  });
});

describe('what an earlier attempt left', () => {
  it('may be all: nothing more is asked than whether there is more', async () => {
    await writeFile(partial, content);
    await expectWhole(await fetching());
    expect(hub.ranges).toEqual(['bytes=300000-']);
  });

  it.each([
    ['shorter', 1000],
    ['longer', content.length + 1000],
  ])('is thrown away when it is of another file, %s than this one', async (_, length) => {
    await writeFile(partial, Buffer.alloc(length, 'stale'));
    await expectWhole(await fetching());
    expect(hub.ranges).toEqual([`bytes=${length}-`, undefined]);
  });

  it('of another hash is left alone', async () => {
    const other = join(folder.path, `${'0'.repeat(16)}-tiny.gguf.partial`);
    await writeFile(other, 'another revision');
    await fetching();
    expect(hub.ranges).toEqual([undefined]);
    expect(await readFile(other, 'utf8')).toBe('another revision');
  });

  it('by an abort is continued', async () => {
    const controller = new AbortController();
    hub.answers = [upTo(100_000, () => onDisk(100_000).then(() => controller.abort()))];
    await expect(fetching({ signal: controller.signal })).rejects.toMatchObject({ code: 'import-aborted' });
    expect(await readFile(partial)).toEqual(content.subarray(0, 100_000));
    hub.answers = [range];
    await expectWhole(await fetching());
    expect(hub.ranges).toEqual([undefined, 'bytes=100000-']);
  });
});

describe('a file on the hub is not used when', () => {
  it('it has another hash: the message has both, and nothing is kept', async () => {
    const expected = sha256(Buffer.from('what was meant'));
    await expect(fetching({ sha256: expected })).rejects.toMatchObject({
      code: 'fetch-wrong-hash',
      message: expect.stringContaining(`has SHA-256 ${hash} instead of ${expected}`),
    });
    expect(await readdir(folder.path)).toEqual([]);
    expect(hub.ranges).toHaveLength(1);
  });

  it.each([
    [404, 'check the name and the revision'],
    [401, 'check the name and the revision'],
    [416, 'check the name and the revision'],
    [503, 'try again later'],
  ])('the hub answers %s', async (code, advice) => {
    hub.answers = [status(code)];
    await expect(fetching()).rejects.toMatchObject({
      code: 'fetch-failed',
      message: expect.stringMatching(new RegExp(`answered ${code}: ${advice}`)),
    });
    expect(await readdir(folder.path)).toEqual([]);
    expect(hub.ranges).toHaveLength(1);
  });
});
