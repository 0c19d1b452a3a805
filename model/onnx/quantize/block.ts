/** Weights that share a scale and a zero point. GGUF's own blocks have the same size, so the two line up. */
export const BLOCK = 32;

/** Blocks of integers: weight = scale · (value − zero point). One value and one zero point a byte, whatever the bits. */
export interface Quantized {
  readonly values: Uint8Array;
  readonly scales: Float32Array;
  readonly zeroPoints: Uint8Array;
}

/** Rounds whole blocks of weights to `bits` bits. */
export interface Quantizer {
  readonly bits: 8 | 4;
  quantize(weights: Float32Array): Quantized;
}

export function emptyQuantized(weights: number): Quantized {
  if (weights % BLOCK !== 0) throw new RangeError(`${weights} weights are not whole blocks of ${BLOCK}.`);
  const blocks = weights / BLOCK;
  return {
    values: new Uint8Array(weights),
    scales: new Float32Array(blocks),
    zeroPoints: new Uint8Array(blocks),
  };
}
