import { half } from './half.js';
import type { TensorType } from './type.js';

export const F16: TensorType = {
  name: 'F16',
  blockSize: 1,
  blockBytes: 2,
  dequantize(from, to) {
    for (let i = 0; i < to.length; i++) to[i] = half(from, 2 * i);
  },
};
