/** The wallet's tokens, kept with everything else of their owner. One window of a person's runs at a time. */
import type { StoredToken, TokenStorage } from 'sotto/client';
import type { Store } from '../member/index.js';

const NAME = 'tokens';

export class KeptTokens implements TokenStorage {
  readonly #store: Store;
  /** One change after the other: no two calls may take the same token. */
  #queue: Promise<unknown> = Promise.resolve();

  constructor(store: Store) {
    this.#store = store;
  }

  add(tokens: readonly StoredToken[]): Promise<void> {
    return this.#change(async (kept) => [[...kept, ...tokens], undefined]);
  }

  take(now: number): Promise<StoredToken | undefined> {
    return this.#change(async (kept) => {
      const good = kept.filter(({ expires }) => expires > now);
      const first = Math.min(...good.map(({ expires }) => expires));
      const soonest = good.filter(({ expires }) => expires === first);
      // At random, so that the order of spending says nothing about the order of issuance.
      const taken = soonest[crypto.getRandomValues(new Uint32Array(1))[0]! % Math.max(1, soonest.length)];
      return [good.filter((token) => token !== taken), taken];
    });
  }

  async count(now: number): Promise<number> {
    return (await this.#kept()).filter(({ expires }) => expires > now).length;
  }

  keep(keyIds: readonly string[]): Promise<void> {
    return this.#change(async (kept) => [kept.filter(({ keyId }) => keyIds.includes(keyId)), undefined]);
  }

  async #kept(): Promise<readonly StoredToken[]> {
    return ((await this.#store.read(NAME)) as readonly StoredToken[] | undefined) ?? [];
  }

  #change<T>(
    change: (kept: readonly StoredToken[]) => Promise<readonly [readonly StoredToken[], T]>,
  ): Promise<T> {
    const done = this.#queue.then(async () => {
      const [kept, result] = await change(await this.#kept());
      await this.#store.write(NAME, kept);
      return result;
    });
    this.#queue = done.catch(() => undefined);
    return done;
  }
}
