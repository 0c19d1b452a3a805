/**
 * Keys or values of one layer lie as `[heads, capacity, head size]`: a position is a row in each head. Only the rows
 * in use are worth copying or wiping, and a short request uses few.
 */
import type { ModelShape } from './backend.js';

type RowShape = Pick<ModelShape, 'kvHeads' | 'headSize'>;

/** Overwrites the first `length` positions of every head with zeros; returns the bytes overwritten. */
export function wipeRows(array: Float32Array, capacity: number, shape: RowShape, length: number): number {
  for (let head = 0; head < shape.kvHeads; head++) {
    const start = head * capacity * shape.headSize;
    array.fill(0, start, start + length * shape.headSize);
  }
  return shape.kvHeads * length * shape.headSize * array.BYTES_PER_ELEMENT;
}

interface Rows {
  readonly array: Float32Array;
  readonly capacity: number;
}

/** Copies the first `length` positions of every head between arrays that may differ in capacity. */
export function copyRows(from: Rows, to: Rows, shape: RowShape, length: number): void {
  for (let head = 0; head < shape.kvHeads; head++) {
    const source = head * from.capacity * shape.headSize;
    const target = head * to.capacity * shape.headSize;
    to.array.set(from.array.subarray(source, source + length * shape.headSize), target);
  }
}
