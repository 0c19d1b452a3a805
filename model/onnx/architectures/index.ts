import { ModelError } from '../../error.js';
import type { Gguf } from '../../gguf/index.js';
import type { Graph } from '../graph.js';
import type { Weights } from '../weights.js';
import type { Facts } from './facts.js';
import { buildLlama, llamaFacts } from './llama.js';

export type { Facts } from './facts.js';

/** How one architecture is read from GGUF metadata and drawn as a graph. */
interface Architecture {
  readonly facts: (gguf: Gguf) => Facts;
  readonly build: (gguf: Gguf, facts: Facts, graph: Graph, weights: Weights) => Promise<void>;
}

const architectures: ReadonlyMap<string, Architecture> = new Map([
  ['llama', { facts: llamaFacts, build: buildLlama }],
]);

/** @throws ModelError `import-architecture-unsupported` */
export function architectureOf(gguf: Gguf): Architecture {
  const name = gguf.metadata.string('general.architecture');
  const architecture = architectures.get(name);
  if (!architecture) {
    throw new ModelError(
      'import-architecture-unsupported',
      `Models of architecture ${JSON.stringify(name)} cannot be imported yet; supported: ${[...architectures.keys()].join(', ')}.`,
    );
  }
  return architecture;
}
