import { ModelError } from '../../error.js';
import type { Gguf } from '../../gguf/index.js';
import type { Graph } from '../graph.js';
import type { Weights } from '../weights.js';
import { checkFacts, checkTensors } from './check.js';
import type { Facts, Shape } from './facts.js';
import { buildLlama, llamaFacts, llamaTensors } from './llama.js';

export type { Facts } from './facts.js';

/** How one architecture is read from GGUF metadata and drawn as a graph. */
interface Architecture {
  readonly facts: (gguf: Gguf) => Facts;
  /** Every tensor that the graph uses when the file has it. */
  readonly tensors: (facts: Facts) => ReadonlyMap<string, Shape>;
  readonly build: (gguf: Gguf, facts: Facts, graph: Graph, weights: Weights) => Promise<void>;
}

const architectures: ReadonlyMap<string, Architecture> = new Map([
  ['llama', { facts: llamaFacts, tensors: llamaTensors, build: buildLlama }],
]);

/** What the metadata say, checked against themselves and the tensors. @throws ModelError `import-architecture-unsupported`, `gguf-malformed` */
export function readFacts(gguf: Gguf): Facts {
  const { facts: read, tensors } = architectureOf(gguf);
  const facts = read(gguf);
  checkFacts(facts);
  checkTensors(gguf, tensors(facts));
  return facts;
}

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
