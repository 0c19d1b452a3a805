import { half } from './half.js';
import type { TensorType } from './type.js';

/**
 * 256 weights in 8 groups of 32: d and dmin (f16), then 8 scales and 8 minimums of 6 bits in 12 bytes, then 128 bytes of
 * nibbles, where each 32 bytes hold an even group in the low and the next, odd group in the high nibbles;
 * w = d·scale·q − dmin·minimum.
 */
export const Q4_K: TensorType = {
  name: 'Q4_K',
  blockSize: 256,
  blockBytes: 144,
  dequantize(from, to) {
    for (let block = 0, at = 0; block < to.length; block += 256, at += 144) {
      const d = half(from, at);
      const dmin = half(from, at + 2);
      for (let group = 0; group < 8; group++) {
        const scale = d * sixBits(from, at + 4, group, 0);
        const minimum = dmin * sixBits(from, at + 4, group, 4);
        const nibbles = at + 16 + 32 * (group >> 1);
        const shift = group & 1 ? 4 : 0;
        const out = block + 32 * group;
        for (let i = 0; i < 32; i++) {
          to[out + i] = scale * ((from.getUint8(nibbles + i) >> shift) & 15) - minimum;
        }
      }
    }
  },
};

/**
 * Scale (`part` 0) or minimum (`part` 4) of a group. Groups 0 to 3 have theirs in the low six bits of bytes 0 to 3 and 4
 * to 7; groups 4 to 7 have four bits in bytes 8 to 11 and their top two in the spare bits of those earlier bytes.
 */
function sixBits(from: DataView, at: number, group: number, part: 0 | 4): number {
  if (group < 4) return from.getUint8(at + part + group) & 63;
  const shared = from.getUint8(at + 4 + group);
  const low = part === 0 ? shared & 15 : shared >> 4;
  return low | ((from.getUint8(at + part + group - 4) >> 6) << 4);
}
