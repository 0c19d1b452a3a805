import type { SecretArena } from './arena.js';
import { EngineError } from './error.js';

/**
 * Makes tokens that have been seen less likely: their logits are divided by the penalty, or multiplied when negative, as
 * Transformers does it. 1 changes nothing.
 */
export class RepetitionPenalty {
  readonly #penalty: number;
  readonly #seen: Uint8Array;
  readonly #distinct: Int32Array;
  #count = 0;

  /** @throws EngineError `engine-bad-request` when the penalty is not above 0 */
  constructor(penalty: number, vocabulary: number, arena: SecretArena) {
    if (!(penalty > 0)) throw new EngineError('engine-bad-request', 'A repetition penalty is above 0.');
    this.#penalty = penalty;
    this.#seen = arena.bytes(penalty === 1 ? 0 : vocabulary);
    this.#distinct = arena.int32(this.#seen.length);
  }

  see(token: number): void {
    if (this.#penalty === 1 || this.#seen[token] === 1) return;
    this.#seen[token] = 1;
    this.#distinct[this.#count++] = token;
  }

  apply(logits: Float32Array): void {
    for (let i = 0; i < this.#count; i++) {
      const token = this.#distinct[i]!;
      const logit = logits[token]!;
      logits[token] = logit < 0 ? logit * this.#penalty : logit / this.#penalty;
    }
  }
}
