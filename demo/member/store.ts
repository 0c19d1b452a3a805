/** Where an app keeps what it must not lose. */

export interface Store {
  read(name: string): Promise<unknown>;
  /** Resolves when it is kept for good. @throws StoreFullError */
  write(name: string, value: unknown): Promise<void>;
  names(): Promise<readonly string[]>;
}

/** There is no room left: nothing of what was there before is lost. */
export class StoreFullError extends Error {
  override readonly name = 'StoreFullError';
}

/** Keeps for as long as the process lives. Values are copied, as a database would. */
export class MemoryStore implements Store {
  readonly #values = new Map<string, unknown>();

  async read(name: string): Promise<unknown> {
    return structuredClone(this.#values.get(name));
  }

  async write(name: string, value: unknown): Promise<void> {
    this.#values.set(name, structuredClone(value));
  }

  async names(): Promise<readonly string[]> {
    return [...this.#values.keys()];
  }
}
