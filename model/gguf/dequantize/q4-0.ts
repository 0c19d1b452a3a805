import { half } from './half.js';
import type { TensorType } from './type.js';

/** 32 weights: scale d (f16), 16 bytes whose low nibbles are weights 0 to 15 and high nibbles 16 to 31; w = d(q − 8). */
export const Q4_0: TensorType = {
  name: 'Q4_0',
  blockSize: 32,
  blockBytes: 18,
  dequantize(from, to) {
    for (let block = 0, at = 0; block < to.length; block += 32, at += 18) {
      const d = half(from, at);
      for (let i = 0; i < 16; i++) {
        const q = from.getUint8(at + 2 + i);
        to[block + i] = d * ((q & 15) - 8);
        to[block + 16 + i] = d * ((q >> 4) - 8);
      }
    }
  },
};
