/** The gateway's key configurations, the same bytes for everybody who asks while they last. Relay and issuer have them. */
import type { FastifyInstance } from 'fastify';
import { parseBundle } from '../ledger/index.js';
import { decodeKeyConfigList, KEY_CONFIG_LIST_TYPE } from '../wire/index.js';
import { EdgeError } from './error.js';
import { fetchPublished } from './published.js';

export const KEYS_PATH = '/ohttp-keys';
/** The proof bundle of the current keys, which holds them as well. */
export const KEYS_PROOF_PATH = '/ohttp-keys/proof';
export const PROOF_TYPE = 'application/cbor';

/** What is cached. */
interface Resource {
  readonly path: string;
  readonly type: string;
  /** What nobody could use must not be cached for everybody. */
  readonly check: (bytes: Uint8Array) => unknown;
}

const KEYS: Resource = { path: KEYS_PATH, type: KEY_CONFIG_LIST_TYPE, check: decodeKeyConfigList };
export const KEYS_PROOF: Resource = { path: KEYS_PROOF_PATH, type: PROOF_TYPE, check: parseBundle };

export class KeyCache {
  readonly #gateway: string;
  readonly #lifetimeMs: number;
  readonly #now: () => number;
  readonly #resource: Resource;
  #keys: Buffer | undefined;
  #expires = 0;
  #fetching: Promise<Buffer> | undefined;

  /**
   * @param gateway its origin
   * @param lifetimeMs for how long keys are kept at most; not longer than the gateway says that they are its current ones,
   *   so that all caches change over at the same time
   */
  constructor(gateway: string, lifetimeMs: number, now: () => number = Date.now, resource: Resource = KEYS) {
    this.#resource = resource;
    this.#gateway = gateway;
    this.#lifetimeMs = lifetimeMs;
    this.#now = now;
  }

  /** `application/ohttp-keys`, or what else is cached. @throws EdgeError `keys-unavailable` */
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
      const { path, type: wanted, check } = this.#resource;
      const { type, bytes: keys, maxAgeS } = await fetchPublished(this.#gateway + path, wanted);
      if (type !== wanted) throw new Error('these are no key configurations');
      check(keys);
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

/** Serves the proof of the keys that is in a cache. */
export function addProofPath(app: FastifyInstance, cache: KeyCache): void {
  app.get(KEYS_PROOF_PATH, async (_, reply) => reply.type(PROOF_TYPE).send(await cache.keys()));
}
