import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Gguf } from '../../../model/gguf/index.js';
import { type Bits, writeOnnx } from '../../../model/onnx/index.js';
import { writeGguf } from '../gguf/write.js';
import { type TensorTable, tiny, tinyGguf, tinyLogits, tinyWeights } from './tiny-llama.js';

type Cache = Record<string, Tensor>;
const ids = [3, 17, 0, 29, 8, 8, 31];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sotto-llama-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function load(weights: TensorTable, bits: Bits): Promise<InferenceSession> {
  const place = await mkdtemp(join(folder, 'model-'));
  const gguf = await Gguf.open(await writeGguf(join(place, 'tiny.gguf'), tinyGguf(weights)));
  const path = join(place, 'model.onnx');
  await writeOnnx(gguf, path, bits, () => undefined);
  await gguf.close();
  return InferenceSession.create(path);
}

function emptyCache(length = 0): Cache {
  const cache: Cache = {};
  const dims = [1, tiny.kvHeads, length, tiny.headSize];
  for (let i = 0; i < tiny.layers; i++) {
    for (const kind of ['key', 'value']) {
      const zeros = new Float32Array(dims.reduce((a, b) => a * b));
      cache[`past_key_values.${i}.${kind}`] = new Tensor('float32', zeros, dims);
    }
  }
  return cache;
}

async function step(session: InferenceSession, tokens: number[], before: number, cache: Cache, keep = 0) {
  const total = before + tokens.length;
  const outputs = await session.run({
    input_ids: new Tensor('int64', BigInt64Array.from(tokens, BigInt), [1, tokens.length]),
    attention_mask: new Tensor('int64', new BigInt64Array(total).fill(1n), [1, total]),
    num_logits_to_keep: new Tensor('int64', [BigInt(keep)], []),
    ...cache,
  });
  const next: Cache = {};
  for (const [name, value] of Object.entries(outputs)) {
    if (name !== 'logits') next[name.replace('present', 'past_key_values')] = value as Tensor;
  }
  const all = (outputs['logits'] as Tensor).data as Float32Array;
  const logits = Array.from({ length: all.length / tiny.vocabulary }, (_, i) =>
    all.subarray(i * tiny.vocabulary, (i + 1) * tiny.vocabulary),
  );
  return { logits, cache: next };
}

function largestDifference(a: readonly ArrayLike<number>[], b: readonly ArrayLike<number>[]): number {
  expect(a.length).toBe(b.length);
  return Math.max(...a.flatMap((row, i) => Array.from(row, (x, j) => Math.abs(x - b[i]![j]!))));
}

describe.each([{ tied: true }, { tied: false }])(
  'the graph of a llama, output layer tied: $tied',
  ({ tied }) => {
    const weights = tinyWeights({ tied });
    const expected = tinyLogits(weights, ids);
    const spread = Math.max(...expected.flatMap((row) => [...row].map(Math.abs)));

    it.each<[Bits, number]>([
      [32, 1e-5],
      [8, 0.05],
      [4, 0.5],
    ])('computes the model in %s bits', async (bits, tolerance) => {
      const { logits } = await step(await load(weights, bits), ids, 0, emptyCache());
      expect(largestDifference(logits, expected) / spread).toBeLessThan(tolerance);
    });

    it('gives the logits of the last positions only when asked', async () => {
      const session = await load(weights, 32);
      for (const keep of [1, 3, ids.length]) {
        const { logits } = await step(session, ids, 0, emptyCache(), keep);
        expect(largestDifference(logits, expected.slice(-keep)) / spread).toBeLessThan(1e-5);
      }
    });
  },
);

describe('the cache', () => {
  const weights = tinyWeights({ tied: true });
  const expected = tinyLogits(weights, ids);

  it('grows from step to step', async () => {
    const session = await load(weights, 32);
    let cache = emptyCache();
    for (const [i, id] of ids.entries()) {
      const result = await step(session, [id], i, cache);
      expect(largestDifference(result.logits, [expected[i]!])).toBeLessThan(1e-3);
      expect(result.cache['past_key_values.0.key']!.dims).toEqual([1, tiny.kvHeads, i + 1, tiny.headSize]);
      cache = result.cache;
    }
  });

  it('keeps its size when it has room from the start', async () => {
    const session = await load(weights, 32);
    const first = await step(session, ids.slice(0, 4), 0, emptyCache(tiny.context));
    const second = await step(session, ids.slice(4), 4, first.cache);
    expect(second.cache['past_key_values.1.value']!.dims).toEqual([
      1,
      tiny.kvHeads,
      tiny.context,
      tiny.headSize,
    ]);
    expect(largestDifference([...first.logits, ...second.logits], expected)).toBeLessThan(1e-3);
  });
});
