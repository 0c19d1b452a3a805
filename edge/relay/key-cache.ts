/** The gateway's key configurations, the same bytes for everybody who asks while they last. */
import { request } from 'undici';
import { decodeKeyConfigList, KEY_CONFIG_LIST_TYPE } from '../../wire/index.js';
import { EdgeError } from '../error.js';

const MAX_BYTES = 64 * 1024;
const TIMEOUT_MS = 10_000;

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
      const keys = await fetchKeys(this.#gateway);
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

async function fetchKeys(gateway: string): Promise<Buffer> {
  const { statusCode, headers, body } = await request(`${gateway}/ohttp-keys`, {
    headers: { accept: KEY_CONFIG_LIST_TYPE },
    headersTimeout: TIMEOUT_MS,
    bodyTimeout: TIMEOUT_MS,
  });
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of body as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > MAX_BYTES) throw new Error('the key configurations are too long');
    parts.push(part);
  }
  if (statusCode !== 200 || headers['content-type'] !== KEY_CONFIG_LIST_TYPE) {
    throw new Error('the gateway answered with something else than key configurations');
  }
  const keys = Buffer.concat(parts);
  // What nobody could use must not be cached for everybody.
  decodeKeyConfigList(keys);
  return keys;
}
