import type { KvCache, ModelShape } from '../backend.js';
import { writeIdentifiers } from '../identifiers.js';
import { wipeRows } from '../rows.js';
import type { Pointer } from './native.js';
import type { OrtSession } from './session.js';

const floats = (length: number) => new Float32Array(new ArrayBuffer(length * Float32Array.BYTES_PER_ELEMENT));
const longs = (length: number) =>
  new BigInt64Array(new ArrayBuffer(length * BigInt64Array.BYTES_PER_ELEMENT));

/**
 * A cache whose arrays are bound as past and present at once: a run writes new keys and values into them where they
 * belong, and nothing is copied. After wiping it can serve the next request, so `retired` says when that is.
 */
export class BoundCache implements KvCache {
  readonly capacity: number;
  readonly arrays: readonly Float32Array[];
  readonly #session: OrtSession;
  readonly #shape: ModelShape;
  readonly #retired: (cache: BoundCache) => void;
  readonly #binding: Pointer;
  readonly #bound: Pointer[] = [];
  readonly #ids: BigInt64Array;
  readonly #mask: BigInt64Array;
  readonly #kept: BigInt64Array;
  #length = 0;
  #written = 0;
  #idsUsed = 0;
  #running = false;
  #wiped = false;

  constructor(
    session: OrtSession,
    shape: ModelShape,
    capacity: number,
    retired: (cache: BoundCache) => void,
  ) {
    this.#session = session;
    this.#shape = shape;
    this.#retired = retired;
    this.capacity = capacity;
    this.#ids = longs(capacity);
    this.#mask = longs(capacity).fill(1n);
    this.#kept = longs(1);
    this.#binding = session.createBinding();
    this.arrays = this.#bindKeysAndValues();
    this.#bindInput('num_logits_to_keep', this.#kept, []);
  }

  get length(): number {
    return this.#length;
  }

  /** Whether it has been wiped since it was made or taken up again. */
  get wiped(): boolean {
    return this.#wiped;
  }

  /** Declares the first `length` positions, just copied in, to be what it holds. */
  fill(length: number): void {
    this.#length = length;
    this.#written = Math.max(this.#written, length);
  }

  /** Makes a wiped cache usable for the next request. */
  takeUp(): this {
    this.#wiped = false;
    return this;
  }

  /** @param where `inline` blocks this thread for as long as it takes, `beside` does not; `last` is inline, and the runtime gives back its memory */
  async run(tokens: Int32Array, logits: Float32Array, where: 'inline' | 'beside' | 'last'): Promise<void> {
    const total = this.#length + tokens.length;
    const kept = logits.length / this.#shape.vocabulary;
    writeIdentifiers(tokens, this.#ids);
    this.#idsUsed = Math.max(this.#idsUsed, tokens.length);
    this.#kept[0] = BigInt(kept);
    // Counted before the run, because one that fails may have written some of them.
    this.#written = Math.max(this.#written, total);
    const session = this.#session;
    const perRun: Pointer[] = [];
    const tensor = (data: Float32Array | BigInt64Array, shape: readonly number[]) => {
      const made = session.tensor(data, shape);
      perRun.push(made);
      return made;
    };
    this.#running = true;
    try {
      const ids = this.#ids.subarray(0, tokens.length);
      session.bindInput(this.#binding, 'input_ids', tensor(ids, [1, tokens.length]));
      session.bindInput(this.#binding, 'attention_mask', tensor(this.#mask.subarray(0, total), [1, total]));
      session.bindOutput(this.#binding, 'logits', tensor(logits, [1, kept, this.#shape.vocabulary]));
      if (where !== 'beside') session.runInline(this.#binding, where === 'last' ? 'give-back' : 'keep');
      else await session.run(this.#binding);
      this.#length = total;
    } finally {
      this.#running = false;
      for (const value of perRun) session.releaseTensor(value);
      if (this.#wiped) this.#overwrite();
    }
  }

  wipe(): number {
    if (this.#wiped) return 0;
    this.#wiped = true;
    // A run in progress would go on writing: it repeats this when it ends.
    return this.#overwrite();
  }

  /** Gives everything back that the runtime made for it. Only for a cache that no run is using. */
  release(): void {
    this.#session.releaseBinding(this.#binding);
    for (const value of this.#bound) this.#session.releaseTensor(value);
    this.#bound.length = 0;
  }

  #overwrite(): number {
    let bytes = 0;
    for (const array of this.arrays) bytes += wipeRows(array, this.capacity, this.#shape, this.#written);
    this.#ids.fill(0n, 0, this.#idsUsed);
    bytes += this.#idsUsed * this.#ids.BYTES_PER_ELEMENT;
    if (this.#running) return bytes;
    this.#length = 0;
    this.#written = 0;
    this.#idsUsed = 0;
    this.#retired(this);
    return bytes;
  }

  #bindKeysAndValues(): Float32Array[] {
    const { layers, kvHeads, headSize } = this.#shape;
    const dims = [1, kvHeads, this.capacity, headSize];
    const arrays: Float32Array[] = [];
    for (let layer = 0; layer < layers; layer++) {
      for (const kind of ['key', 'value']) {
        const array = floats(kvHeads * this.capacity * headSize);
        const tensor = this.#bindInput(`past_key_values.${layer}.${kind}`, array, dims);
        this.#session.bindOutput(this.#binding, `present.${layer}.${kind}`, tensor);
        arrays.push(array);
      }
    }
    return arrays;
  }

  #bindInput(name: string, data: Float32Array | BigInt64Array, dims: readonly number[]): Pointer {
    const tensor = this.#session.tensor(data, dims);
    this.#bound.push(tensor);
    this.#session.bindInput(this.#binding, name, tensor);
    return tensor;
  }
}
