import type { TensorType } from './type.js';

/** bfloat16 is the upper half of a float32. */
export const BF16: TensorType = {
  name: 'BF16',
  blockSize: 1,
  blockBytes: 2,
  dequantize(from, to) {
    const bits = new Uint32Array(to.buffer, to.byteOffset, to.length);
    for (let i = 0; i < to.length; i++) bits[i] = from.getUint16(2 * i, true) << 16;
  },
};
