import { BF16 } from './bf16.js';
import { F16 } from './f16.js';
import { F32 } from './f32.js';
import { Q4_0 } from './q4-0.js';
import { Q4_1 } from './q4-1.js';
import { Q4_K } from './q4-k.js';
import { Q6_K } from './q6-k.js';
import { Q8_0 } from './q8-0.js';
import type { TensorType } from './type.js';

export type { TensorType } from './type.js';

/** The types that can be read, by their number in the GGUF specification (`ggml_type`). */
export const tensorTypes: ReadonlyMap<number, TensorType> = new Map([
  [0, F32],
  [1, F16],
  [2, Q4_0],
  [3, Q4_1],
  [8, Q8_0],
  [12, Q4_K],
  [14, Q6_K],
  [30, BF16],
]);
