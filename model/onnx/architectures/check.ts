import { ModelError } from '../../error.js';
import type { Gguf } from '../../gguf/index.js';
import { BLOCK } from '../quantize/index.js';
import type { Facts, Shape } from './facts.js';

/** The tables of rotations are as long as the longest sequence. */
const MAX_CONTEXT = 1 << 20;
const MAX_LAYERS = 1024;

/** @throws ModelError `gguf-malformed` or `import-architecture-unsupported` when no graph can be made for these facts. */
export function checkFacts(facts: Facts): void {
  const { layers, hidden, heads, kvHeads, headSize, feedForward, vocabulary, context } = facts;
  const counts = { layers, hidden, heads, kvHeads, headSize, feedForward, vocabulary, context };
  for (const [name, count] of Object.entries(counts)) {
    if (!Number.isSafeInteger(count) || count < 1) throw malformed(`${name} is ${count}`);
  }
  for (const name of ['normEpsilon', 'ropeBase'] as const) {
    if (!(facts[name] > 0 && facts[name] < Number.POSITIVE_INFINITY))
      throw malformed(`${name} is ${facts[name]}`);
  }
  if (heads % kvHeads !== 0) throw malformed(`${heads} heads cannot share ${kvHeads} pairs of key and value`);
  if (headSize % 2 !== 0) throw malformed(`heads of size ${headSize} cannot be rotated by pairs`);
  if (layers > MAX_LAYERS) throw unsupported(`${layers} layers are more than ${MAX_LAYERS}`);
  if (context > MAX_CONTEXT) throw unsupported(`a context of ${context} is longer than ${MAX_CONTEXT}`);
  for (const width of [hidden, heads * headSize, feedForward]) {
    if (width % BLOCK !== 0) throw unsupported(`a width of ${width} is not a multiple of ${BLOCK}`);
  }
}

/**
 * A tensor that the graph would leave out, such as a bias or an expert, means that the graph computes another model.
 * @throws ModelError `import-architecture-unsupported` for such a tensor, `gguf-malformed` for one of another shape
 */
export function checkTensors(gguf: Gguf, expected: ReadonlyMap<string, Shape>): void {
  for (const { name, rows, columns } of gguf.tensors.values()) {
    const shape = expected.get(name);
    if (!shape) throw unsupported(`its tensor ${name} has no place in the graph`);
    if (rows !== shape[0] || columns !== shape[1])
      throw malformed(`tensor ${name} is ${rows} × ${columns} instead of ${shape[0]} × ${shape[1]}`);
  }
}

function malformed(what: string): ModelError {
  return new ModelError('gguf-malformed', `The model file contradicts itself, ${what}.`);
}

function unsupported(what: string): ModelError {
  return new ModelError('import-architecture-unsupported', `This model cannot be imported yet: ${what}.`);
}
