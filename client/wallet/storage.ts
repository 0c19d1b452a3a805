/** Where a wallet keeps its tokens. */

export interface StoredToken {
  /** The encoded token: whoever has it can spend it. */
  readonly token: Uint8Array;
  /** The token key's id, in hexadecimal. */
  readonly keyId: string;
  /** From when on it is refused, in seconds since 1970. */
  readonly expires: number;
}

/** The tokens of one wallet. */
export interface TokenStorage {
  add(tokens: readonly StoredToken[]): Promise<void>;
  /**
   * Takes out one token that is good after `now`, in seconds since 1970, and drops those that are not. No two calls may
   * return the same one, not even from two tabs.
   */
  take(now: number): Promise<StoredToken | undefined>;
  /** How many are good after `now`. */
  count(now: number): Promise<number>;
  /** Drops all tokens of other keys. */
  keep(keyIds: readonly string[]): Promise<void>;
}

/** Keeps tokens by key for as long as the page or process lives. Takes them out in an order of its own. */
export class MemoryStorage implements TokenStorage {
  readonly #byKey = new Map<string, StoredToken[]>();

  async add(tokens: readonly StoredToken[]): Promise<void> {
    for (const token of tokens) {
      const same = this.#byKey.get(token.keyId);
      if (same) same.push(token);
      else this.#byKey.set(token.keyId, [token]);
    }
  }

  async take(now: number): Promise<StoredToken | undefined> {
    this.#drop((tokens) => tokens.length === 0 || tokens[0]!.expires <= now);
    const [first] = [...this.#byKey.values()].sort((a, b) => a[0]!.expires - b[0]!.expires);
    // At random, so that the order of spending says nothing about the order of issuance.
    return first?.splice(below(first.length), 1)[0];
  }

  async count(now: number): Promise<number> {
    let count = 0;
    for (const tokens of this.#byKey.values()) count += tokens.filter(({ expires }) => expires > now).length;
    return count;
  }

  async keep(keyIds: readonly string[]): Promise<void> {
    this.#drop((_, keyId) => !keyIds.includes(keyId));
  }

  #drop(unwanted: (tokens: readonly StoredToken[], keyId: string) => boolean): void {
    for (const [keyId, tokens] of this.#byKey) if (unwanted(tokens, keyId)) this.#byKey.delete(keyId);
  }
}

/** A random index of a list that is much shorter than 2^32. */
function below(length: number): number {
  return crypto.getRandomValues(new Uint32Array(1))[0]! % length;
}
