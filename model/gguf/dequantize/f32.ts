import type { TensorType } from './type.js';

export const F32: TensorType = {
  name: 'F32',
  blockSize: 1,
  blockBytes: 4,
  dequantize(from, to) {
    for (let i = 0; i < to.length; i++) to[i] = from.getFloat32(4 * i, true);
  },
};
