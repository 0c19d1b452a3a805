import { resolve } from 'node:path';
import {
  type Backend,
  type BackendOptions,
  ffiBackend,
  type ModelPack,
  openPack,
  packageBackend,
} from '../../../model/index.js';

export const defaultPack = (): Promise<ModelPack> => openPack(resolve('.sotto/models/default'));

export const backends: readonly [
  Backend['name'],
  (pack: ModelPack, options: BackendOptions) => Promise<Backend>,
][] = [
  ['ffi', ffiBackend],
  ['package', packageBackend],
];

/** Tokens that mean nothing, all different, the same every time. */
export function someTokens(count: number): Int32Array<ArrayBuffer> {
  return Int32Array.from({ length: count }, (_, i) => ((i * 7919 + 13) % 40_000) + 100);
}

export function bytesOf(view: ArrayBufferView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

export function largestDifference(a: Float32Array, b: Float32Array): number {
  return a.reduce((largest, value, i) => Math.max(largest, Math.abs(value - b[i]!)), 0);
}
