import { randomBytes } from 'node:crypto';
import { createClient } from '@redis/client';
import { EdgeError } from '../../error.js';
import type { Hold, SpentSet } from './spent-set.js';

/** What takes longer counts as down, in milliseconds. */
const TIMEOUT_MS = 2_000;
const PREFIX = 'sotto:spent:';
/** Deletes a key only while it has the value of this very hold. */
const GIVE_BACK =
  "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0";

/**
 * The spent set that many gateways share. Redis has to keep what it was told: run it with `appendonly yes` and
 * `maxmemory-policy noeviction`.
 */
export class RedisSpentSet implements SpentSet {
  readonly #client: ReturnType<typeof createClient>;

  private constructor(url: string) {
    this.#client = createClient({
      url,
      socket: { connectTimeout: TIMEOUT_MS, reconnectStrategy: (tries) => Math.min(50 * 2 ** tries, 2_000) },
      disableOfflineQueue: true,
      commandOptions: { timeout: TIMEOUT_MS },
    });
    // Every command that meets a broken connection fails by itself; without a listener this would end the process.
    this.#client.on('error', () => undefined);
  }

  /** @throws EdgeError `spent-set-unavailable` */
  static async connect(url: string): Promise<RedisSpentSet> {
    const set = new RedisSpentSet(url);
    const connected = set.#client.connect();
    connected.catch(() => undefined);
    const late = new Promise<never>((_, reject) => {
      setTimeout(() => reject(new Error('Redis did not answer in time')), 2 * TIMEOUT_MS).unref();
    });
    try {
      await attempt(() => Promise.race([connected, late]));
    } catch (error) {
      set.#client.destroy();
      throw error;
    }
    return set;
  }

  async hold(id: Uint8Array, expires: number): Promise<Hold | undefined> {
    const key = PREFIX + Buffer.from(id).toString('base64url');
    const hold = randomBytes(16).toString('base64url');
    const set = await attempt(() =>
      this.#client.set(key, hold, { condition: 'NX', expiration: { type: 'PXAT', value: expires } }),
    );
    if (set === null) return undefined;
    return {
      giveBack: async () =>
        void (await attempt(() => this.#client.eval(GIVE_BACK, { keys: [key], arguments: [hold] }))),
    };
  }

  async check(): Promise<void> {
    await attempt(() => this.#client.ping());
  }

  /** Redis forgets what has expired by itself. */
  async sweep(): Promise<void> {}

  async close(): Promise<void> {
    this.#client.destroy();
  }
}

async function attempt<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw new EdgeError('spent-set-unavailable', 'Spent tokens cannot be looked up now. Try again soon.', {
      retryAfter: 5,
      cause,
    });
  }
}
