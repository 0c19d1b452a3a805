import { ModelError } from '../error.js';
import type { Cursor } from './cursor.js';
import { type TensorType, tensorTypes } from './dequantize/index.js';
import type { ByteSource } from './source.js';

const MAX_DIMENSIONS = 4;

/** A tensor's row of the table: `rows` times `columns` weights, each row contiguous. */
export interface TensorInfo {
  readonly name: string;
  readonly type: TensorType;
  readonly rows: number;
  readonly columns: number;
  /** Bytes from the start of the data section. */
  readonly offset: number;
  readonly bytes: number;
}

/** Reads one row of the tensor table. GGUF lists the fastest dimension first; the others are folded into rows. */
export async function readTensorInfo(cursor: Cursor): Promise<TensorInfo> {
  const name = await cursor.string('tensor name');
  await cursor.ensure(4);
  const dimensions = cursor.u32();
  if (dimensions < 1 || dimensions > MAX_DIMENSIONS) {
    throw new ModelError(
      'gguf-malformed',
      `Tensor ${name} has ${dimensions} dimensions; 1 to ${MAX_DIMENSIONS} are allowed.`,
    );
  }
  await cursor.ensure(8 * dimensions + 12);
  const columns = cursor.u64();
  let rows = 1n;
  for (let i = 1; i < dimensions; i++) rows *= cursor.u64();
  const number = cursor.u32();
  const offset = cursor.u64();
  const type = tensorTypes.get(number);
  if (!type) {
    const known = [...tensorTypes.values()].map((t) => t.name).join(', ');
    throw new ModelError(
      'gguf-unsupported-type',
      `Tensor ${name} is stored as type ${number}; this version reads ${known}. Take a file quantized to one of these.`,
    );
  }
  const block = BigInt(type.blockSize);
  const bytes = ((rows * columns) / block) * BigInt(type.blockBytes);
  if (
    columns === 0n ||
    rows === 0n ||
    columns % block !== 0n ||
    offset + bytes > BigInt(Number.MAX_SAFE_INTEGER)
  ) {
    throw new ModelError(
      'gguf-malformed',
      `Tensor ${name} (${type.name}) has an impossible shape: ${rows} × ${columns}.`,
    );
  }
  return {
    name,
    type,
    rows: Number(rows),
    columns: Number(columns),
    offset: Number(offset),
    bytes: Number(bytes),
  };
}

/** A tensor whose weights can be read row by row. */
export class Tensor {
  readonly name: string;
  readonly type: TensorType;
  readonly rows: number;
  readonly columns: number;
  readonly #source: ByteSource;
  readonly #start: number;

  constructor(source: ByteSource, info: TensorInfo, dataStart: number) {
    this.name = info.name;
    this.type = info.type;
    this.rows = info.rows;
    this.columns = info.columns;
    this.#source = source;
    this.#start = dataStart + info.offset;
  }

  /** `count` rows from row `from`, dequantized to float32. */
  async read(from = 0, count = this.rows - from): Promise<Float32Array> {
    const rowBytes = (this.columns / this.type.blockSize) * this.type.blockBytes;
    const bytes = await this.#source.read(this.#start + from * rowBytes, count * rowBytes);
    const weights = new Float32Array(count * this.columns);
    this.type.dequantize(new DataView(bytes.buffer), weights);
    return weights;
  }
}
