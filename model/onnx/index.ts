import { writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Gguf } from '../gguf/index.js';
import { architectureOf, readFacts } from './architectures/index.js';
import { Graph } from './graph.js';
import { WeightFile } from './weight-file.js';
import { type Bits, type OnWeights, Weights } from './weights.js';

export { type Facts, readFacts } from './architectures/index.js';
export type { Bits } from './weights.js';

/**
 * Writes the model as an ONNX file at `path`, with its weights beside it at `path` + `_data`. Graph inputs and outputs are
 * described with each architecture; equal sources give equal bytes.
 * @param onWeights hears of each piece of weights before it is converted; what it throws ends the conversion
 */
export async function writeOnnx(gguf: Gguf, path: string, bits: Bits, onWeights: OnWeights): Promise<void> {
  const { build } = architectureOf(gguf);
  const facts = readFacts(gguf);
  const dataPath = `${path}_data`;
  const file = await WeightFile.create(dataPath, basename(dataPath));
  try {
    const graph = new Graph('decoder');
    await build(gguf, facts, graph, new Weights(graph, file, bits, onWeights));
    await writeFile(path, graph.encode(), { flag: 'wx' });
  } finally {
    await file.close();
  }
}
