/** The gateway's key configurations, the same bytes for everybody who asks while they last. Relay and issuer have them. */
import type { FastifyInstance } from 'fastify';
import { decodeKeyConfigList, KEY_CONFIG_LIST_TYPE } from '../wire/index.js';
import { EdgeError } from './error.js';
import { fetchPublished } from './published.js';

export const KEYS_PATH = '/ohttp-keys';

export class KeyCache {
  readonly #gateway: string;
  readonly #lifetimeMs: number;
  readonly #now: () => number;
  #keys: Buffer | undefined;
  #expires = 0;
  #fetching: Promise<Buffer> | undefined;

  /**
   * @param gateway its origin
   * @param lifetimeMs for how long keys are kept at most; not longer than the gateway says that they are its current ones,
   *   so that all caches change over at the same time
   */
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
      const url = this.#gateway + KEYS_PATH;
      const { type, bytes: keys, maxAgeS } = await fetchPublished(url, KEY_CONFIG_LIST_TYPE);
      if (type !== KEY_CONFIG_LIST_TYPE) throw new Error('these are no key configurations');
      // What nobody could use must not be cached for everybody.
      decodeKeyConfigList(keys);
      this.#keys = keys;
      this.#expires = this.#now() + Math.min(this.#lifetimeMs, maxAgeS * 1000);
      return keys;
    } catch (cause) {
      throw new EdgeError('keys-unavailable', "The gateway's keys cannot be had now. Try again soon.", {
        retryAfter: 5,
        cause,
      });
    }
  }
}

/** Serves what is in a cache. */
export function addKeysPath(app: FastifyInstance, cache: KeyCache): void {
  app.get(KEYS_PATH, async (_, reply) => reply.type(KEY_CONFIG_LIST_TYPE).send(await cache.keys()));
}
