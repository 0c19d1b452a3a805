import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BLOCK, eightBit, fourBit, type Quantizer } from '../../../model/onnx/quantize/index.js';

function restore(quantizer: Quantizer, weights: Float32Array): Float64Array {
  const { values, scales, zeroPoints } = quantizer.quantize(weights);
  const top = 2 ** quantizer.bits - 1;
  expect(values.every((v) => v <= top)).toBe(true);
  expect(zeroPoints.every((z) => z <= top)).toBe(true);
  return Float64Array.from(values, (v, i) => {
    const block = Math.floor(i / BLOCK);
    return scales[block]! * (v - zeroPoints[block]!);
  });
}

function rms(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Math.sqrt(Array.from(a, (x, i) => (x - b[i]!) ** 2).reduce((s, e) => s + e, 0) / a.length);
}

const block = fc
  .array(fc.float({ min: -4, max: 4, noNaN: true }), { minLength: BLOCK, maxLength: BLOCK })
  .map((values) => Float32Array.from(values));
const nibbles = fc
  .array(fc.nat(15), { minLength: BLOCK - 2, maxLength: BLOCK - 2 })
  .map((n) => [0, 15, ...n]);
const rangeOf = (w: Float32Array) => Math.max(0, ...w) - Math.min(0, ...w);

describe('8-bit blocks', () => {
  it('keep signed bytes with a scale, the form of Q8_0, exactly', () => {
    const bytes = fc.array(fc.integer({ min: -127, max: 127 }), {
      minLength: BLOCK - 1,
      maxLength: BLOCK - 1,
    });
    fc.assert(
      fc.property(bytes, (rest) => {
        const weights = Float32Array.from([127, ...rest], (q) => q * 0.0009765625);
        expect(rms(restore(eightBit, weights), weights)).toBe(0);
      }),
    );
  });

  it('keep 16 levels from a minimum, the form of Q4_1, within a thirtieth of a level', () => {
    fc.assert(
      fc.property(nibbles, fc.double({ min: 1, max: 14, noNaN: true }), (levels, shift) => {
        const step = 0.01;
        const weights = Float32Array.from(levels, (q) => step * (q - shift));
        expect(rms(restore(eightBit, weights), weights)).toBeLessThan(step / 30);
      }),
    );
  });

  it('are off by a level at most, whatever the weights', () => {
    fc.assert(
      fc.property(block, (weights) => {
        expect(rms(restore(eightBit, weights), weights)).toBeLessThanOrEqual(rangeOf(weights) / 255 + 1e-7);
      }),
    );
  });
});

describe('4-bit blocks', () => {
  it('keep 16 levels around an integer zero, the form of Q4_0, exactly', () => {
    fc.assert(
      fc.property(nibbles, (levels) => {
        const weights = Float32Array.from(levels, (q) => 0.125 * (q - 8));
        expect(rms(restore(fourBit, weights), weights)).toBeLessThan(1e-7);
      }),
    );
  });

  it('are never further off than rounding to the full range', () => {
    fc.assert(
      fc.property(block, (weights) => {
        const low = Math.min(0, ...weights);
        const step = rangeOf(weights) / 15 || 1;
        const zero = Math.round(-low / step);
        const naive = Array.from(
          weights,
          (w) => step * (Math.min(15, Math.max(0, Math.round(w / step) + zero)) - zero),
        );
        expect(rms(restore(fourBit, weights), weights)).toBeLessThanOrEqual(
          rms(naive, weights) * 1.0001 + 1e-7,
        );
      }),
    );
  });
});

it.each([eightBit, fourBit])('a block of zeros stays zero', (quantizer) => {
  const weights = new Float32Array(2 * BLOCK);
  expect(rms(restore(quantizer, weights), weights)).toBe(0);
});

it.each([eightBit, fourBit])('part of a block is refused', (quantizer) => {
  expect(() => quantizer.quantize(new Float32Array(BLOCK + 1))).toThrow(RangeError);
});
