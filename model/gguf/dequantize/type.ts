/** One way of storing weights: `blockSize` weights in `blockBytes` bytes, and how to get them back. */
export interface TensorType {
  readonly name: string;
  readonly blockSize: number;
  readonly blockBytes: number;
  /** Expands whole blocks of `from` into `to`; `from` holds `to.length / blockSize` blocks. */
  readonly dequantize: (from: DataView, to: Float32Array) => void;
}
