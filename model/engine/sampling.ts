import type { SecretArena } from './arena.js';
import { EngineError } from './error.js';
import { seededRandom } from './random.js';

export type Sampling =
  | { readonly kind: 'greedy' }
  | {
      readonly kind: 'sample';
      /** Above 0; below 1 sharpens the distribution, above 1 flattens it. */
      readonly temperature: number;
      /** In (0, 1]: only the likeliest tokens that reach this probability together are drawn from. */
      readonly topP: number;
      /** 32 bits; equal seeds give equal texts. */
      readonly seed: number;
    };

/** Picks tokens from logits. Everything that it remembers lies in the request's arena. */
export class TokenPicker {
  readonly #sampling: Sampling;
  readonly #random: () => number;
  readonly #order: Int32Array;

  /** @throws EngineError `engine-bad-request` */
  constructor(sampling: Sampling, vocabulary: number, arena: SecretArena) {
    checkSampling(sampling);
    this.#sampling = sampling;
    this.#random = seededRandom(sampling.kind === 'sample' ? sampling.seed : 0);
    this.#order = arena.int32(sampling.kind === 'sample' ? vocabulary : 0);
  }

  /** The next token. Overwrites `logits`. */
  pick(logits: Float32Array): number {
    const likeliest = indexOfMax(logits);
    const { kind } = this.#sampling;
    if (kind === 'greedy') return likeliest;
    const { temperature, topP } = this.#sampling;
    const total = exponentiate(logits, logits[likeliest]!, temperature);
    for (let i = 0; i < this.#order.length; i++) this.#order[i] = i;
    const count = topP < 1 ? gatherLikeliest(this.#order, logits, topP * total) : this.#order.length;
    return this.#draw(logits, count);
  }

  /** Draws one of the first `count` tokens of the order, with odds by weight. */
  #draw(weights: Float32Array, count: number): number {
    let sum = 0;
    for (let i = 0; i < count; i++) sum += weights[this.#order[i]!]!;
    let left = this.#random() * sum;
    for (let i = 0; i < count; i++) {
      const token = this.#order[i]!;
      left -= weights[token]!;
      if (left < 0) return token;
    }
    return this.#order[0]!; // Only rounding leads here.
  }
}

function checkSampling(sampling: Sampling): void {
  if (sampling.kind === 'greedy') return;
  const { temperature, topP } = sampling;
  if (!(temperature > 0) || !(topP > 0 && topP <= 1)) {
    throw new EngineError('engine-bad-request', 'Sampling needs a temperature above 0 and topP in (0, 1].');
  }
}

/** The first of the largest values, as everybody's argmax has it. */
function indexOfMax(values: Float32Array): number {
  let best = 0;
  let largest = values[0]!;
  for (let i = 1; i < values.length; i++) {
    const value = values[i]!;
    if (!(value > largest)) continue;
    best = i;
    largest = value;
  }
  return best;
}

/** Turns logits into weights in proportion to their probabilities; returns the weights' sum. */
function exponentiate(logits: Float32Array, max: number, temperature: number): number {
  let total = 0;
  for (let i = 0; i < logits.length; i++) {
    logits[i] = Math.exp((logits[i]! - max) / temperature);
    total += logits[i]!;
  }
  return total;
}

/**
 * Reorders `order` so that the fewest, heaviest tokens whose weights reach `wanted` together come first, and returns how
 * many they are. A quickselect that goes by sums instead of counts: linear, in place, no sorting.
 */
function gatherLikeliest(order: Int32Array, weights: Float32Array, wanted: number): number {
  let from = 0;
  let to = order.length;
  let left = wanted;
  while (from < to) {
    const pivot = weights[order[(from + to) >> 1]!]!;
    const { heavierEnd, equalEnd, heavier } = partition(order, weights, from, to, pivot);
    if (heavier >= left) {
      to = heavierEnd;
      continue;
    }
    left -= heavier;
    const equals = equalEnd - heavierEnd;
    if (equals * pivot >= left) return heavierEnd + Math.max(1, Math.ceil(left / pivot));
    left -= equals * pivot;
    from = equalEnd;
  }
  return from;
}

/** Orders `[from, to)` as heavier than the pivot, equal, lighter; also sums up the heavier ones. */
function partition(order: Int32Array, weights: Float32Array, from: number, to: number, pivot: number) {
  let heavierEnd = from;
  let lighterStart = to;
  let heavier = 0;
  let at = from;
  while (at < lighterStart) {
    const token = order[at]!;
    const weight = weights[token]!;
    if (weight > pivot) {
      heavier += weight;
      order[at++] = order[heavierEnd]!;
      order[heavierEnd++] = token;
    } else if (weight < pivot) {
      order[at] = order[--lighterStart]!;
      order[lighterStart] = token;
    } else {
      at++;
    }
  }
  return { heavierEnd, equalEnd: lighterStart, heavier };
}
