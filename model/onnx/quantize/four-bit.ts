import { BLOCK, emptyQuantized, type Quantizer } from './block.js';

/** How far around the full range the grid of a block is searched, as factors of its step. */
const STRETCH = [1, 0.95, 0.9, 0.85, 0.8, 1.04];
const TOP = 15;

/**
 * Asymmetric 4-bit blocks. ONNX Runtime's fast kernels take integer zero points only, so a source with a free minimum does
 * not fit exactly; each block searches zero points and steps and refits its scale by least squares to the levels chosen.
 */
export const fourBit: Quantizer = {
  bits: 4,
  quantize(weights) {
    const out = emptyQuantized(weights.length);
    const levels = new Uint8Array(BLOCK);
    for (let block = 0; block < out.scales.length; block++) {
      const at = block * BLOCK;
      let low = 0;
      let high = 0;
      for (let i = at; i < at + BLOCK; i++) {
        const w = weights[i]!;
        if (w < low) low = w;
        if (w > high) high = w;
      }
      out.zeroPoints[block] = TOP >> 1;
      out.values.fill(TOP >> 1, at, at + BLOCK);
      if (high === low) continue;
      let best = Number.POSITIVE_INFINITY;
      for (const stretch of STRETCH) {
        const step = ((high - low) / TOP) * stretch;
        const middle = Math.round(-low / step - ((1 - stretch) / stretch / 2) * TOP);
        for (let zero = Math.max(0, middle - 1); zero <= Math.min(TOP, middle + 1); zero++) {
          const scale = refit(weights, at, step, zero, levels);
          const error = squaredError(weights, at, scale, zero, levels, best);
          if (error < best) {
            best = error;
            out.scales[block] = scale;
            out.zeroPoints[block] = zero;
            out.values.set(levels, at);
          }
        }
      }
    }
    return out;
  },
};

/** Levels for `step`, then the scale that fits those levels best, then the levels for that scale. */
function refit(weights: Float32Array, at: number, step: number, zero: number, levels: Uint8Array): number {
  let scale = step;
  for (let round = 0; round < 2; round++) {
    let wl = 0;
    let ll = 0;
    for (let i = 0; i < BLOCK; i++) {
      const l = levelOf(weights[at + i]! / scale, zero) - zero;
      wl += weights[at + i]! * l;
      ll += l * l;
    }
    if (ll > 0 && wl > 0) scale = wl / ll;
  }
  scale = Math.fround(scale);
  for (let i = 0; i < BLOCK; i++) levels[i] = levelOf(weights[at + i]! / scale, zero);
  return scale;
}

function levelOf(x: number, zero: number): number {
  return Math.min(TOP, Math.max(0, Math.round(x) + zero));
}

function squaredError(
  weights: Float32Array,
  at: number,
  scale: number,
  zero: number,
  levels: Uint8Array,
  limit: number,
): number {
  let sum = 0;
  for (let i = 0; i < BLOCK && sum < limit; i++) {
    const e = weights[at + i]! - scale * (levels[i]! - zero);
    sum += e * e;
  }
  return sum;
}
