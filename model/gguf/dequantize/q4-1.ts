import { half } from './half.js';
import type { TensorType } from './type.js';

/** 32 weights: scale d and minimum m (f16), then nibbles as in Q4_0; w = dq + m. */
export const Q4_1: TensorType = {
  name: 'Q4_1',
  blockSize: 32,
  blockBytes: 20,
  dequantize(from, to) {
    for (let block = 0, at = 0; block < to.length; block += 32, at += 20) {
      const d = half(from, at);
      const m = half(from, at + 2);
      for (let i = 0; i < 16; i++) {
        const q = from.getUint8(at + 4 + i);
        to[block + i] = d * (q & 15) + m;
        to[block + 16 + i] = d * (q >> 4) + m;
      }
    }
  },
};
