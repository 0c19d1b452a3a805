/** Every IEEE 754 binary16 value as a number, by its bits: a table look-up is what a block's scale costs. */
const table = new Float32Array(65536);
for (let bits = 0; bits < 65536; bits++) {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) table[bits] = sign * fraction * 2 ** -24;
  else if (exponent === 31) table[bits] = fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  else table[bits] = sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** The half-precision number at byte `at`. */
export function half(view: DataView, at: number): number {
  return table[view.getUint16(at, true)]!;
}
