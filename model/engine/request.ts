import type { ModelShape } from './backend.js';
import { EngineError } from './error.js';

/** @throws EngineError `engine-context-full` */
export function checkCapacity(shape: ModelShape, capacity: number): void {
  if (capacity > shape.context) {
    throw new EngineError(
      'engine-context-full',
      `The model has ${shape.context} positions, and ${capacity} were asked for.`,
    );
  }
}

/**
 * What a graph must never be asked, because it would read or write outside of its arrays.
 * @throws EngineError `engine-bad-request`, `engine-context-full`
 */
export function checkForward(
  shape: ModelShape,
  cache: { readonly length: number; readonly capacity: number },
  tokens: Int32Array,
  logits: Float32Array,
): void {
  const wanted = logits.length / shape.vocabulary;
  if (!Number.isInteger(wanted) || wanted < 1 || wanted > tokens.length) {
    throw new EngineError(
      'engine-bad-request',
      'Logits are wanted for one token at least and for each of the given ones at most.',
    );
  }
  for (const token of tokens) {
    if (token < 0 || token >= shape.vocabulary) {
      throw new EngineError('engine-bad-request', 'A token is outside of the vocabulary.');
    }
  }
  if (cache.length + tokens.length > cache.capacity) {
    throw new EngineError('engine-context-full', `The cache has ${cache.capacity} positions, all in use.`);
  }
}
