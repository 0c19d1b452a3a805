/** A weight matrix of `rows` outputs by `columns` inputs that is read front to back, a few rows at a time. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  /** Whole rows, dequantized, in order. */
  chunks(): AsyncIterable<Float32Array>;
}

/** What a tensor of a GGUF file offers. */
interface RowReader {
  readonly rows: number;
  readonly columns: number;
  read(from: number, count: number): Promise<Float32Array>;
}

/** Weights held at a time: 4 MiB as float32. */
const CHUNK_WEIGHTS = 1 << 20;

/** One matrix whose rows are those of the given ones, one after the other. */
export function stack(...parts: readonly RowReader[]): Matrix {
  const columns = parts[0]?.columns ?? 0;
  if (parts.some((p) => p.columns !== columns)) throw new RangeError('Stacked matrices differ in width.');
  return {
    rows: parts.reduce((sum, p) => sum + p.rows, 0),
    columns,
    async *chunks() {
      const step = Math.max(1, Math.floor(CHUNK_WEIGHTS / columns));
      for (const part of parts) {
        for (let row = 0; row < part.rows; row += step) yield part.read(row, Math.min(step, part.rows - row));
      }
    },
  };
}
