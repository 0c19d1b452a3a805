import { BLOCK, emptyQuantized, type Quantizer } from './block.js';

/** The zero point that ONNX Runtime takes when none is given. */
export const EIGHT_BIT_MIDDLE = 128;

/**
 * Steps to divide a block's range into. 255 uses all of 8 bits; multiples of 15 below it put every level of a 4-bit source
 * exactly on a level, leaving only the error of an integer zero point, which one of them makes smallest.
 */
const STEPS = [255, 240, 225, 210, 195, 180, 165, 150];

/** Asymmetric 8-bit blocks, each on the grid that fits it best. */
export const eightBit: Quantizer = {
  bits: 8,
  quantize(weights) {
    const out = emptyQuantized(weights.length);
    for (let block = 0; block < out.scales.length; block++) {
      const at = block * BLOCK;
      let low = 0;
      let high = 0;
      for (let i = at; i < at + BLOCK; i++) {
        const w = weights[i]!;
        if (w < low) low = w;
        if (w > high) high = w;
      }
      // Symmetric first: it is exact for a source with signed bytes, and right for a block of zeros.
      let scale = Math.fround(Math.max(high, -low) / 127);
      let zero = EIGHT_BIT_MIDDLE;
      let error = scale === 0 ? 0 : squaredError(weights, at, scale, zero, Number.POSITIVE_INFINITY);
      for (const steps of STEPS) {
        if (error <= scale * scale * 1e-6) break;
        const s = Math.fround((high - low) / steps);
        const z = Math.round(-low / s);
        const e = squaredError(weights, at, s, z, error);
        if (e < error) [scale, zero, error] = [s, z, e];
      }
      out.scales[block] = scale;
      out.zeroPoints[block] = zero;
      for (let i = at; i < at + BLOCK; i++)
        out.values[i] = scale === 0 ? zero : level(weights[i]! / scale + zero);
    }
    return out;
  },
};

function level(x: number): number {
  return Math.min(255, Math.max(0, Math.round(x)));
}

/** Sum of squared errors of a block; stops early, with a larger number, once it passes `limit`. */
function squaredError(weights: Float32Array, at: number, scale: number, zero: number, limit: number): number {
  let sum = 0;
  for (let i = at; i < at + BLOCK && sum < limit; i++) {
    const w = weights[i]!;
    const e = w - scale * (level(w / scale + zero) - zero);
    sum += e * e;
  }
  return sum;
}
