import type { Graph } from './graph.js';
import { BLOCK } from './quantize/index.js';

/** The largest level that ONNX Runtime rounds an activation to, and a scale for blocks of zeros to be divided by. */
const TOP_LEVEL = 127;
const TINY = 1e-20;

/**
 * ONNX Runtime rounds what it multiplies with quantized weights to 8 bits. To keep about 16 bits of an input, this splits
 * it into what survives that rounding and what is lost; both go through the product as two rows of one batch, and
 * `addTwoRoundings` adds the results. A matrix that is read from memory once for both rows costs hardly more than for one.
 * @returns a tensor [2, …] for an input of three dimensions
 */
export function splitForTwoRoundings(graph: Graph, input: string, columns: number): string {
  const at = `${input}.split`;
  const axis = graph.integers(`${at}.axis`, [0n]);
  const blockAxis = graph.integers(`${at}.block_axis`, [4n]);
  // In shapes, 0 keeps a dimension as it is.
  const inBlocks = graph.integers(`${at}.in_blocks`, [0n, 0n, 0n, BigInt(columns / BLOCK), BigInt(BLOCK)]);
  const inRows = graph.integers(`${at}.in_rows`, [0n, 0n, 0n, BigInt(columns)]);
  const op = (kind: string, step: string, inputs: string[], attributes = {}) =>
    graph.op(kind, { name: `${at}.${step}`, inputs, attributes });

  const blocks = op('Reshape', 'blocks', [op('Unsqueeze', 'batch', [input, axis]), inBlocks]);
  const largest = op('ReduceMax', 'largest', [op('Abs', 'absolute', [blocks]), blockAxis], { keepdims: 1 });
  const divisible = op('Max', 'divisible', [largest, graph.scalar(`${at}.tiny`, TINY)]);
  const scale = op('Div', 'scale', [divisible, graph.scalar(`${at}.top_level`, TOP_LEVEL)]);
  const levels = op('Round', 'levels', [op('Div', 'scaled', [blocks, scale])]);
  const kept = op('Mul', 'kept', [levels, scale]);
  const lost = op('Sub', 'lost', [blocks, kept]);
  return op('Reshape', 'parts', [op('Concat', 'both', [kept, lost], { axis: 0 }), inRows]);
}

/** The sum of the two products of a split input, under the name `name`. */
export function addTwoRoundings(graph: Graph, name: string, products: string): string {
  const axis = graph.integers(`${name}.parts_axis`, [0n]);
  return graph.op('ReduceSum', { name, inputs: [products, axis], attributes: { keepdims: 0 } });
}
