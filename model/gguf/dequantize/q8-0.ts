import { half } from './half.js';
import type { TensorType } from './type.js';

/** 32 weights: scale d (f16), 32 signed bytes; w = dq. */
export const Q8_0: TensorType = {
  name: 'Q8_0',
  blockSize: 32,
  blockBytes: 34,
  dequantize(from, to) {
    for (let block = 0, at = 0; block < to.length; block += 32, at += 34) {
      const d = half(from, at);
      for (let i = 0; i < 32; i++) to[block + i] = d * from.getInt8(at + 2 + i);
    }
  },
};
