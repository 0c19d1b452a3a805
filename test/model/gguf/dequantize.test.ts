import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { tensorTypes } from '../../../model/gguf/index.js';

interface Vector {
  readonly type: string;
  readonly number: number;
  readonly blocks: string;
  readonly float32: string;
}

const file = new URL('../../vectors/gguf/dequantize.json', import.meta.url);
const { vectors } = JSON.parse(readFileSync(file, 'utf8')) as { vectors: readonly Vector[] };

function bytesOf(hex: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(hex, 'hex'));
}

describe('dequantizers', () => {
  it('have a vector for every type', () => {
    expect(vectors.map((v) => v.number).sort()).toEqual([...tensorTypes.keys()].sort());
  });

  it.each(vectors)(
    '$type gives the weights that the reference implementation gives',
    ({ number, type, blocks, float32 }) => {
      const from = bytesOf(blocks);
      const expected = new Float32Array(bytesOf(float32).buffer);
      const { name, blockSize, blockBytes, dequantize } = tensorTypes.get(number)!;
      expect(name).toBe(type);
      expect((from.length / blockBytes) * blockSize).toBe(expected.length);

      const weights = new Float32Array(expected.length);
      dequantize(new DataView(from.buffer), weights);

      // One rounding apart at most: the reference rounds each product to float32, we round once at the end.
      for (const [i, w] of weights.entries()) {
        expect(Math.abs(w - expected[i]!)).toBeLessThanOrEqual(Math.abs(expected[i]!) * 2 ** -21 + 1e-7);
      }
    },
  );
});
