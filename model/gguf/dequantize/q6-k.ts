import { half } from './half.js';
import type { TensorType } from './type.js';

/**
 * 256 weights in 16 groups of 16: 128 bytes of low nibbles, 64 bytes of top bit pairs, 16 signed scales, d (f16). Each half
 * of 128 weights takes 64 bytes of nibbles and 32 of pairs; w = d·scale·(q − 32).
 */
export const Q6_K: TensorType = {
  name: 'Q6_K',
  blockSize: 256,
  blockBytes: 210,
  dequantize(from, to) {
    for (let block = 0, at = 0; block < to.length; block += 256, at += 210) {
      const d = half(from, at + 208);
      for (let i = 0; i < 256; i++) {
        const upper = i >> 7; // which half of the block
        const quarter = (i >> 5) & 3; // which 32 of that half
        const lane = i & 31;
        const nibbles = from.getUint8(at + 64 * upper + 32 * (quarter & 1) + lane);
        const pairs = from.getUint8(at + 128 + 32 * upper + lane);
        const q = ((quarter < 2 ? nibbles : nibbles >> 4) & 15) | (((pairs >> (2 * quarter)) & 3) << 4);
        to[block + i] = d * from.getInt8(at + 192 + (i >> 4)) * (q - 32);
      }
    }
  },
};
