/** The gateway's key configurations, the same bytes for everybody who asks while they last. */
import { decodeKeyConfigList, KEY_CONFIG_LIST_TYPE } from '../../wire/index.js';
import { EdgeError } from '../error.js';
import { fetchPublished } from '../published.js';

export class KeyCache {
  readonly #gateway: string;
  readonly #lifetimeMs: number;
  readonly #now: () => number;
  #keys: Buffer | undefined;
  #expires = 0;
  #fetching: Promise<Buffer> | undefined;

  /** `gateway` is its origin. */
  constructor(gateway: string, lifetimeMs: number, now: () => number = Date.now) {
    this.#gateway = gateway;
    this.#lifetimeMs = lifetimeMs;
    this.#now = now;
  }

  /** `application/ohttp-keys`. @throws EdgeError `keys-unavailable` */
  async keys(): Promise<Buffer> {
    return this.#keys && this.#now() < this.#expires ? this.#keys : this.refresh();
  }

  /** Asks the gateway anew. @throws EdgeError `keys-unavailable` */
  async refresh(): Promise<Buffer> {
    this.#fetching ??= this.#fetch().finally(() => {
      this.#fetching = undefined;
    });
    return this.#fetching;
  }

  async #fetch(): Promise<Buffer> {
    try {
      const url = `${this.#gateway}/ohttp-keys`;
      const { type, bytes: keys } = await fetchPublished(url, KEY_CONFIG_LIST_TYPE);
      if (type !== KEY_CONFIG_LIST_TYPE) throw new Error('these are no key configurations');
      // What nobody could use must not be cached for everybody.
      decodeKeyConfigList(keys);
      this.#keys = keys;
      this.#expires = this.#now() + this.#lifetimeMs;
      return keys;
    } catch (cause) {
      throw new EdgeError('keys-unavailable', "The gateway's keys cannot be had now. Try again soon.", {
        retryAfter: 5,
        cause,
      });
    }
  }
}
