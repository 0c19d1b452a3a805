import type { Gguf } from '../../gguf/index.js';
import type { Weights } from '../weights.js';
import type { Facts } from './facts.js';

/** Cosines and sines for every position and pair; Llama 3.1 and later stretch some frequencies by given factors. */
export async function rotaryTables(
  gguf: Gguf,
  facts: Facts,
  weights: Weights,
): Promise<{ cos: string; sin: string }> {
  const pairs = facts.headSize / 2;
  const factors = await gguf.tensors.get('rope_freqs.weight')?.read();
  const cos = new Float32Array(facts.context * pairs);
  const sin = new Float32Array(facts.context * pairs);
  for (let pair = 0; pair < pairs; pair++) {
    const frequency = facts.ropeBase ** (-pair / pairs) / (factors?.[pair] ?? 1);
    for (let position = 0; position < facts.context; position++) {
      cos[position * pairs + pair] = Math.cos(position * frequency);
      sin[position * pairs + pair] = Math.sin(position * frequency);
    }
  }
  const dims = [facts.context, pairs];
  return {
    cos: await weights.exact('rotary.cos', dims, cos),
    sin: await weights.exact('rotary.sin', dims, sin),
  };
}
