import type { Store } from './store.js';

interface Waiting {
  readonly work: () => unknown;
  readonly resolve: (result: never) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Lets everything that comes within one turn of the event loop share a transaction: the disk is waited for once, and the
 * more there is to do the larger the groups become.
 */
export class GroupCommit {
  readonly #store: Store;
  #waiting: Waiting[] = [];

  constructor(store: Store) {
    this.#store = store;
  }

  /**
   * Runs `work` in a transaction with others' and resolves to its result when that is on the disk. Refusals are results:
   * what is thrown undoes the whole group.
   * @throws StoreError `store-failed`
   */
  run<T>(work: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.push({ work, resolve, reject }) === 1) setImmediate(() => this.#commit());
    });
  }

  #commit(): void {
    const group = this.#waiting;
    this.#waiting = [];
    try {
      const results = this.#store.transaction(() => group.map(({ work }) => work()));
      for (const [i, { resolve }] of group.entries()) resolve(results[i] as never);
    } catch (error) {
      for (const { reject } of group) reject(error);
    }
  }
}
