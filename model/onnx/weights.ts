import type { Graph } from './graph.js';
import type { Matrix } from './matrix.js';
import { BLOCK, EIGHT_BIT_MIDDLE, eightBit, fourBit, type Quantizer } from './quantize/index.js';
import type { ExternalPlace } from './schema.js';
import { addTwoRoundings, splitForTwoRoundings } from './two-roundings.js';
import type { WeightFile } from './weight-file.js';

/** Bits a weight has in a pack; 32 is the exact reference that the others are measured against. */
export type Bits = 8 | 4 | 32;

/** Called after each piece of weights with the number of weights it held; throws to stop the import. */
export type OnWeights = (count: number) => void;

interface StoredMatrix {
  readonly rows: number;
  readonly columns: number;
  readonly values: ExternalPlace;
  readonly scales: string;
  readonly zeroPoints: string;
}

/**
 * Writes matrices into the weight file in the form that the pack's bits ask for, and the nodes that use them into the
 * graph. The embedding and a tied output layer share one stored matrix.
 */
export class Weights {
  readonly #graph: Graph;
  readonly #file: WeightFile;
  readonly #bits: Bits;
  readonly #onWeights: OnWeights;
  /** Inputs that have been split for two roundings, by their names. */
  readonly #parts = new Map<string, string>();

  constructor(graph: Graph, file: WeightFile, bits: Bits, onWeights: OnWeights) {
    this.#graph = graph;
    this.#file = file;
    this.#bits = bits;
    this.#onWeights = onWeights;
  }

  /** A float32 vector or table, kept exact. */
  async exact(name: string, dims: readonly number[], values: Float32Array): Promise<string> {
    this.#onWeights(values.length);
    return this.#graph.weight(name, 'float32', dims, await this.#file.append([values]));
  }

  /**
   * `input` times the matrix's transpose. `fine` keeps the input's precision where it matters most for what the model
   * says next, at twice the arithmetic: for matrices that are multiplied with one token's vector at a time.
   */
  async linear(
    name: string,
    input: string,
    matrix: Matrix,
    options: { fine?: boolean } = {},
  ): Promise<string> {
    if (this.#bits === 32)
      return this.#exactProduct(name, input, await this.#storeExact(`${name}.weight`, matrix));
    const quantizer = this.#bits === 8 ? eightBit : fourBit;
    const stored = await this.#storeQuantized(name, matrix, quantizer);
    if (options.fine) return this.#fineProduct(name, input, quantizer.bits, stored);
    return this.#quantizedProduct(name, input, quantizer.bits, stored);
  }

  /**
   * Rows of the table for the token ids in `ids`. Quantized packs keep the table in 8 bits: a row is read once a token,
   * so its size costs no time. Returns the embedded tokens and a function for the tied output layer.
   */
  async embedding(
    name: string,
    ids: string,
    table: Matrix,
  ): Promise<{ embedded: string; tied: (name: string, input: string) => string }> {
    const graph = this.#graph;
    if (this.#bits === 32) {
      const weight = await this.#storeExact(`${name}.weight`, table);
      const embedded = graph.op('Gather', { name, inputs: [weight, ids], attributes: { axis: 0 } });
      return { embedded, tied: (head, input) => this.#exactProduct(head, input, weight) };
    }
    const stored = await this.#storeQuantized(name, table, eightBit);
    const values = graph.weight(`${name}.rows`, 'uint8', [table.rows, table.columns], stored.values);
    const embedded = graph.contrib('GatherBlockQuantized', {
      name,
      inputs: [values, ids, stored.scales, ...(stored.zeroPoints ? [stored.zeroPoints] : [])],
      attributes: { bits: 8, block_size: BLOCK, gather_axis: 0, quantize_axis: 1 },
    });
    return { embedded, tied: (head, input) => this.#fineProduct(head, input, 8, stored) };
  }

  async #storeExact(name: string, matrix: Matrix): Promise<string> {
    const place = await this.#file.append(this.#counted(matrix));
    return this.#graph.weight(name, 'float32', [matrix.rows, matrix.columns], place);
  }

  #exactProduct(name: string, input: string, weight: string): string {
    return this.#graph.contrib('FusedMatMul', { name, inputs: [input, weight], attributes: { transB: 1 } });
  }

  async #storeQuantized(name: string, matrix: Matrix, quantizer: Quantizer): Promise<StoredMatrix> {
    const { rows, columns } = matrix;
    const blocks = columns / BLOCK;
    const scales = new Float32Array(rows * blocks);
    const zeroPoints = new Uint8Array(rows * blocks);
    const counted = this.#counted(matrix);
    async function* quantized() {
      let done = 0;
      for await (const chunk of counted) {
        const part = quantizer.quantize(chunk);
        scales.set(part.scales, done);
        zeroPoints.set(part.zeroPoints, done);
        done += part.scales.length;
        yield quantizer.bits === 8 ? part.values : packNibbles(part.values, part.values.length);
      }
    }
    const values = await this.#file.append(quantized());
    const scalesName = this.#graph.weight(
      `${name}.scales`,
      'float32',
      [rows, blocks],
      await this.#file.append([scales]),
    );
    return {
      rows,
      columns,
      values,
      scales: scalesName,
      zeroPoints: await this.#storeZeroPoints(name, rows, zeroPoints, quantizer.bits),
    };
  }

  /** Nothing when all are what the runtime assumes anyway. */
  async #storeZeroPoints(name: string, rows: number, zeroPoints: Uint8Array, bits: 8 | 4): Promise<string> {
    if (bits === 8 && zeroPoints.every((z) => z === EIGHT_BIT_MIDDLE)) return '';
    const packed = bits === 8 ? zeroPoints : packNibbles(zeroPoints, zeroPoints.length / rows);
    const place = await this.#file.append([packed]);
    return this.#graph.weight(`${name}.zero_points`, 'uint8', [rows, packed.length / rows], place);
  }

  /** `accuracy_level` 4: activations are rounded to 8 bits by block, so that products are of integers. */
  #quantizedProduct(name: string, input: string, bits: 8 | 4, stored: StoredMatrix): string {
    const { rows, columns } = stored;
    const shape = [rows, columns / BLOCK, (BLOCK * bits) / 8];
    const values = this.#graph.weight(`${name}.values`, 'uint8', shape, stored.values);
    return this.#graph.contrib('MatMulNBits', {
      name,
      inputs: [input, values, stored.scales, ...(stored.zeroPoints ? [stored.zeroPoints] : [])],
      attributes: { K: columns, N: rows, accuracy_level: 4, bits, block_size: BLOCK },
    });
  }

  #fineProduct(name: string, input: string, bits: 8 | 4, stored: StoredMatrix): string {
    const parts = this.#parts.get(input) ?? splitForTwoRoundings(this.#graph, input, stored.columns);
    this.#parts.set(input, parts);
    return addTwoRoundings(this.#graph, name, this.#quantizedProduct(`${name}.parts`, parts, bits, stored));
  }

  async *#counted(matrix: Matrix): AsyncGenerator<Float32Array> {
    for await (const chunk of matrix.chunks()) {
      this.#onWeights(chunk.length);
      yield chunk;
    }
  }
}

/** Two values a byte, the first in the low nibble; each row of `width` values starts on a byte of its own. */
function packNibbles(values: Uint8Array, width: number): Uint8Array {
  const rows = values.length / width;
  const rowBytes = Math.ceil(width / 2);
  const packed = new Uint8Array(rows * rowBytes);
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < width; i++) {
      const to = row * rowBytes + (i >> 1);
      packed[to] = packed[to]! | (values[row * width + i]! << (i & 1 ? 4 : 0));
    }
  }
  return packed;
}
