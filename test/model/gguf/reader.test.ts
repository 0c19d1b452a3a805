import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ModelError } from '../../../model/error.js';
import { Gguf } from '../../../model/gguf/index.js';
import { f32, ggufBytes, string, type TestGguf, u32, u64, type Value } from './write.js';

let folder: string;
let path: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sotto-gguf-'));
  path = join(folder, 'test.gguf');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const F32 = 0;
const Q4_0 = 2;
const floats = (...values: number[]) => Buffer.concat(values.map(f32));
const good: TestGguf = {
  metadata: {
    'general.name': { string: 'tiny' },
    count: { u32: 7 },
    eps: { f32: 0.5 },
    flag: { bool: true },
    words: { strings: ['a', 'bc', ''] },
    types: { i32s: [1, 3] },
  },
  tensors: [
    { name: 'matrix', dims: [2, 3], type: F32, data: floats(1, 2, 3, 4, 5, 6) },
    { name: 'vector', dims: [4], type: F32, data: floats(-1, -2, -3, -4) },
  ],
};

async function open(bytes: Uint8Array): Promise<Gguf> {
  await writeFile(path, bytes);
  return Gguf.open(path);
}

async function codeOf(bytes: Uint8Array): Promise<string> {
  try {
    await (await open(bytes)).close();
    return 'accepted';
  } catch (error) {
    if (error instanceof ModelError) return error.code;
    throw error;
  }
}

const withPair = (value: Value) => ggufBytes({ metadata: { key: value } });
const withTensor = (dims: number[], type = F32, data = floats(1), offset?: number) =>
  ggufBytes({ tensors: [{ name: 't', dims, type, data, ...(offset === undefined ? {} : { offset }) }] });

describe('a GGUF file', () => {
  it('gives its metadata by type', async () => {
    const { version, metadata, close } = { ...(await open(ggufBytes(good))), close: () => undefined };
    close();
    expect(version).toBe(3);
    expect(metadata.string('general.name')).toBe('tiny');
    expect(metadata.number('count')).toBe(7);
    expect(metadata.number('eps')).toBe(0.5);
    expect(metadata.boolean('flag')).toBe(true);
    expect(metadata.strings('words')).toEqual(['a', 'bc', '']);
    expect(metadata.numbers('types')).toEqual([1, 3]);
    expect(metadata.number('absent', 9)).toBe(9);
  });

  it('gives tensors whole or by rows', async () => {
    const gguf = await open(ggufBytes(good));
    expect([...(await gguf.tensor('matrix').read())]).toEqual([1, 2, 3, 4, 5, 6]);
    expect([...(await gguf.tensor('matrix').read(1, 1))]).toEqual([3, 4]);
    expect([...(await gguf.tensor('vector').read())]).toEqual([-1, -2, -3, -4]);
    await gguf.close();
  });

  it('may have a header larger than the window it is read through', async () => {
    const words = Array.from({ length: 60_000 }, (_, i) => `token number ${i}`);
    const gguf = await open(ggufBytes({ ...good, metadata: { words: { strings: words } } }));
    expect(gguf.metadata.strings('words')).toEqual(words);
    expect([...(await gguf.tensor('vector').read())]).toEqual([-1, -2, -3, -4]);
    await gguf.close();
  });

  it('says which metadata are missing or of another kind', async () => {
    const { metadata } = await open(ggufBytes(good));
    expect(() => metadata.string('absent')).toThrow(expect.objectContaining({ code: 'gguf-malformed' }));
    expect(() => metadata.string('count')).toThrow(expect.objectContaining({ code: 'gguf-malformed' }));
    expect(() => metadata.strings('types')).toThrow(expect.objectContaining({ code: 'gguf-malformed' }));
  });
});

describe('a bad GGUF file is refused with a code:', () => {
  it('missing', async () => {
    await expect(Gguf.open(join(folder, 'none.gguf'))).rejects.toMatchObject({ code: 'gguf-missing' });
    await expect(Gguf.open(folder)).rejects.toMatchObject({ code: 'gguf-missing' });
  });

  it.each<[string, string, Uint8Array]>([
    ['another magic', 'gguf-bad-magic', ggufBytes({ ...good, magic: 'GGML' })],
    ['version 1', 'gguf-unsupported-version', ggufBytes({ ...good, version: 1 })],
    ['big-endian version', 'gguf-unsupported-version', ggufBytes({ ...good, version: 3 << 24 })],
    ['empty', 'gguf-truncated', new Uint8Array(0)],
    ['a tensor cut off', 'gguf-truncated', ggufBytes(good).subarray(0, -1)],
    [
      'a string longer than the file',
      'gguf-truncated',
      withPair({ raw: Buffer.concat([u32(8), u64(1n << 62n)]) }),
    ],
    [
      'a list longer than the file',
      'gguf-truncated',
      withPair({ raw: Buffer.concat([u32(9), u32(8), u64(1n << 40n)]) }),
    ],
    ['an unknown value type', 'gguf-unsupported-type', withPair({ raw: u32(13) })],
    ['a list of lists', 'gguf-unsupported-type', withPair({ raw: Buffer.concat([u32(9), u32(9), u64(0)]) })],
    ['a boolean of 2', 'gguf-malformed', withPair({ raw: Buffer.concat([u32(7), Uint8Array.of(2)]) })],
    [
      'invalid UTF-8',
      'gguf-malformed',
      withPair({ raw: Buffer.concat([u32(8), u64(1), Uint8Array.of(0xff)]) }),
    ],
    [
      'a key twice',
      'gguf-malformed',
      ggufBytes({
        metadata: [
          ['k', { u32: 1 }],
          ['k', { u32: 1 }],
        ],
      }),
    ],
    ['a tensor twice', 'gguf-malformed', ggufBytes({ tensors: [...good.tensors!, good.tensors![0]!] })],
    ['an unknown tensor type', 'gguf-unsupported-type', withTensor([1], 99)],
    ['no dimensions', 'gguf-malformed', withTensor([])],
    ['a dimension of zero', 'gguf-malformed', withTensor([0])],
    ['a row that is no whole block', 'gguf-malformed', withTensor([31], Q4_0)],
    ['a size beyond all files', 'gguf-malformed', withTensor([2 ** 40, 2 ** 40])],
    ['a tensor off its alignment', 'gguf-malformed', withTensor([1], F32, floats(1), 4)],
    [
      'an odd alignment',
      'gguf-malformed',
      ggufBytes({ ...good, metadata: { 'general.alignment': { u32: 24 } } }),
    ],
  ])('%s', async (_, code, bytes) => {
    expect(await codeOf(bytes)).toBe(code);
  });

  it('cut anywhere', async () => {
    const whole = ggufBytes(good);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: whole.length - 1 }), async (length) => {
        expect(await codeOf(whole.subarray(0, length))).toBe('gguf-truncated');
      }),
    );
  });

  it('changed anywhere: a typed error or a readable file, never anything else', async () => {
    const whole = ggufBytes(good);
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        const changed = Uint8Array.from(whole);
        changed[at]! ^= flip;
        expect(await codeOf(changed)).toMatch(/^(accepted|gguf-[a-z-]+)$/);
      }),
    );
  });

  it('with a key that pretends to be huge', async () => {
    const bytes = ggufBytes({ metadata: { k: { raw: string('x') } } });
    bytes.set(u64(2n ** 63n), 24);
    expect(await codeOf(bytes)).toBe('gguf-truncated');
  });
});
