import { copyFile, cp, mkdtemp, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openRuntime } from '../../../model/engine/ort/native.js';
import { type Backend, type ModelPack, SecretArena } from '../../../model/index.js';
import { backends, defaultPack, largestDifference, someTokens } from './fixture.js';

/** Logits of the last token, after the tokens have been run in pieces of the given sizes. */
async function lastLogits(backend: Backend, tokens: Int32Array, pieces: readonly number[]) {
  const arena = new SecretArena();
  const cache = backend.newCache(tokens.length, arena);
  const logits = new Float32Array(backend.shape.vocabulary);
  let from = 0;
  for (const size of pieces) {
    await backend.forward(cache, tokens.subarray(from, from + size), logits);
    from += size;
  }
  expect(cache.length).toBe(tokens.length);
  arena.wipe();
  return logits;
}

/**
 * How far logits may be apart that are equal in exact numbers. Kernels sum in another order for another number of tokens,
 * and where activations are rounded to 8 bits, the last bit's difference can become the first one's.
 */
const ROUNDING = 1;

const refusal = (code: string) => expect.objectContaining({ code });

describe.each(backends)('The %s backend', (name, open) => {
  let pack: ModelPack;
  let backend: Backend;
  beforeAll(async () => {
    pack = await defaultPack();
    backend = await open(pack, { threads: 2 });
  });
  afterAll(() => backend.close());

  it('knows its name, the shape of the model and what becomes of the memory of the runtime', () => {
    const { layers, kvHeads, headSize, vocabulary, context } = pack.manifest.model;
    expect(backend.name).toBe(name);
    expect(backend.shape).toEqual({ layers, kvHeads, headSize, vocabulary, context });
    expect(['overwritten', 'unsupported']).toContain(backend.runtimeMemory);
  });

  it('computes the same whether tokens come at once, in pieces or one by one', async () => {
    const tokens = someTokens(20);
    const whole = await lastLogits(backend, tokens, [20]);
    for (const pieces of [[7, 13], new Array(20).fill(1)]) {
      expect(largestDifference(whole, await lastLogits(backend, tokens, pieces))).toBeLessThan(ROUNDING);
    }
    const backwards = await lastLogits(backend, tokens.toReversed(), [20]);
    expect(largestDifference(whole, backwards)).toBeGreaterThan(5 * ROUNDING);
  });

  it('gives the logits of as many of the last tokens as there is room for', async () => {
    const { vocabulary } = backend.shape;
    const tokens = someTokens(6);
    const arena = new SecretArena();
    const three = new Float32Array(3 * vocabulary);
    await backend.forward(backend.newCache(6, arena), tokens, three);
    const last = await lastLogits(backend, tokens, [6]);
    expect(largestDifference(three.subarray(2 * vocabulary), last)).toBeLessThan(ROUNDING);
    const before = await lastLogits(backend, tokens.subarray(0, 5), [5]);
    expect(largestDifference(three.subarray(vocabulary, 2 * vocabulary), before)).toBeLessThan(ROUNDING);
    arena.wipe();
  });

  it('copies a cache into one of another capacity, which then goes on like the first', async () => {
    const tokens = someTokens(9);
    const arena = new SecretArena();
    const logits = new Float32Array(backend.shape.vocabulary);
    const first = backend.newCache(8, arena);
    await backend.forward(first, tokens.subarray(0, 8), logits);
    const second = backend.newCache(300, arena);
    backend.copyCache(first, second, 6);
    expect(second.length).toBe(6);
    await backend.forward(second, tokens.subarray(6), logits);
    expect(largestDifference(logits, await lastLogits(backend, tokens, [6, 3]))).toBeLessThan(1e-4);
    expect(() => backend.copyCache(first, second, 9)).toThrow(refusal('engine-bad-request'));
    arena.wipe();
  });

  it('wipes a cache with its arena and says how many bytes of keys and values that were', async () => {
    const { layers, kvHeads, headSize, vocabulary } = backend.shape;
    const arena = new SecretArena();
    const cache = backend.newCache(40, arena);
    await backend.forward(cache, someTokens(10), new Float32Array(vocabulary));
    expect(arena.wipe()).toBeGreaterThanOrEqual(10 * layers * 2 * kvHeads * headSize * 4);
    await expect(backend.forward(cache, someTokens(1), new Float32Array(vocabulary))).rejects.toThrow(
      refusal('engine-bad-request'),
    );
  });

  it('wipes a cache again that was wiped while a run was writing to it', async () => {
    const { vocabulary } = backend.shape;
    const tokens = someTokens(30);
    const expected = await lastLogits(backend, tokens, [30]);
    const arena = new SecretArena();
    const pending = backend.forward(
      backend.newCache(64, arena),
      someTokens(30),
      new Float32Array(vocabulary),
    );
    await new Promise(setImmediate);
    arena.wipe();
    await pending;
    // The memory may serve again now: whatever was left in it would show in the result.
    expect(largestDifference(expected, await lastLogits(backend, tokens, [30]))).toBe(0);
  });

  it('lets runs that come at once take turns', async () => {
    const tokens = someTokens(12);
    const expected = await lastLogits(backend, tokens, [12]);
    const results = await Promise.all([1, 2, 3].map(() => lastLogits(backend, tokens, [12])));
    for (const result of results) expect(largestDifference(expected, result)).toBe(0);
  });

  it('computes the same after scrubbing', async () => {
    const tokens = someTokens(12);
    const expected = await lastLogits(backend, tokens, [12]);
    await backend.scrub();
    expect(largestDifference(expected, await lastLogits(backend, tokens, [12]))).toBe(0);
  });

  it('refuses what would reach outside of its arrays', async () => {
    const { vocabulary, context } = backend.shape;
    const arena = new SecretArena();
    const cache = backend.newCache(4, arena);
    const run = (tokens: Int32Array, logits: number) =>
      backend.forward(cache, tokens, new Float32Array(logits));
    await expect(run(someTokens(5), vocabulary)).rejects.toThrow(refusal('engine-context-full'));
    await expect(run(Int32Array.of(vocabulary), vocabulary)).rejects.toThrow(refusal('engine-bad-request'));
    await expect(run(Int32Array.of(-1), vocabulary)).rejects.toThrow(refusal('engine-bad-request'));
    await expect(run(someTokens(2), 0)).rejects.toThrow(refusal('engine-bad-request'));
    await expect(run(someTokens(2), vocabulary + 1)).rejects.toThrow(refusal('engine-bad-request'));
    await expect(run(someTokens(2), 3 * vocabulary)).rejects.toThrow(refusal('engine-bad-request'));
    expect(() => backend.newCache(context + 1, arena)).toThrow(refusal('engine-context-full'));
    expect(cache.length).toBe(0);
    arena.wipe();
  });

  it('refuses a cache of another backend, and everything once it is closed', async () => {
    const other = await open(pack, { threads: 1 });
    const arena = new SecretArena();
    const cache = other.newCache(4, arena);
    const logits = new Float32Array(backend.shape.vocabulary);
    await expect(backend.forward(cache, someTokens(1), logits)).rejects.toThrow(
      refusal('engine-bad-request'),
    );
    await other.close();
    await other.close();
    await expect(other.forward(cache, someTokens(1), logits)).rejects.toThrow(refusal('engine-bad-request'));
  });

  describe('with a damaged graph', () => {
    let dir: string;
    beforeAll(async () => {
      dir = await mkdtemp(join(tmpdir(), 'sotto-engine-'));
      await cp(pack.dir, dir, { recursive: true });
    });
    afterAll(() => rm(dir, { recursive: true }));

    it('says so when the graph is cut off, when its weights are, and when it is not there', async () => {
      const graphPath = join(dir, pack.manifest.graph);
      const damaged = { ...pack, dir, graphPath };
      await truncate(`${graphPath}_data`, 1000);
      await expect(open(damaged, { threads: 1 })).rejects.toThrow(refusal('engine-load-failed'));
      await copyFile(`${pack.graphPath}_data`, `${graphPath}_data`);
      await truncate(graphPath, 1000);
      await expect(open(damaged, { threads: 1 })).rejects.toThrow(refusal('engine-load-failed'));
      await rm(graphPath);
      await expect(open(damaged, { threads: 1 })).rejects.toThrow(refusal('engine-load-failed'));
    });
  });
});

describe('Opening the runtime', () => {
  it('refuses a version other than the pinned one', () => {
    expect(() => openRuntime({ version: '1.29.0' })).toThrow(refusal('engine-wrong-runtime'));
  });

  it('refuses a library that does not offer the C API that is needed', () => {
    expect(() => openRuntime({ apiVersion: 9999 })).toThrow(refusal('engine-wrong-runtime'));
  });

  it('refuses a library that is not there, or is not ONNX Runtime', () => {
    expect(() => openRuntime({ path: '/nowhere/libonnxruntime.so.1' })).toThrow(
      refusal('engine-wrong-runtime'),
    );
    expect(() => openRuntime({ path: process.execPath })).toThrow(refusal('engine-wrong-runtime'));
  });
});
