import { isIPv6 } from 'node:net';
import { EdgeError } from './error.js';

interface Bucket {
  tokens: number;
  /** When `tokens` was true, in milliseconds. */
  at: number;
}

/** How much of everything one address may ask for. */
export interface Rate {
  /** Requests at once. */
  readonly burst: number;
  /** Requests a second, on average. */
  readonly perSecond: number;
}

/** Addresses remembered at a time. Of more, those that were seen least recently are forgotten. */
const MOST_ADDRESSES = 100_000;

/**
 * A token bucket an address, in memory only. One that is full again is as good as none, so an address is forgotten
 * soon after its last request.
 */
export class AddressBuckets {
  readonly #rate: Rate;
  readonly #now: () => number;
  readonly #buckets = new Map<string, Bucket>();

  constructor(rate: Rate, now: () => number = Date.now) {
    this.#rate = rate;
    this.#now = now;
  }

  /** How many addresses are remembered. */
  get size(): number {
    return this.#buckets.size;
  }

  /** Takes one request from an address's bucket. @returns 0, or after how many seconds there is one again */
  take(address: string): number {
    const key = bucketOf(address);
    const now = this.#now();
    const { burst, perSecond } = this.#rate;
    const { tokens, at } = this.#buckets.get(key) ?? { tokens: burst, at: now };
    const refilled = Math.min(burst, tokens + (Math.max(0, now - at) * perSecond) / 1000);
    // Most recently seen last: that is the order in which a Map is walked.
    this.#buckets.delete(key);
    this.#buckets.set(key, { tokens: refilled < 1 ? refilled : refilled - 1, at: now });
    if (this.#buckets.size > MOST_ADDRESSES) this.#buckets.delete(this.#buckets.keys().next().value!);
    return refilled < 1 ? Math.ceil((1 - refilled) / perSecond) : 0;
  }

  /**
   * Takes one request from an address's bucket.
   * @param what is limited: a word for the message
   * @throws EdgeError `address-limited`
   */
  require(address: string, what: 'requests' | 'entries' | 'checkpoints'): void {
    const retryAfter = this.take(address);
    if (retryAfter === 0) return;
    throw new EdgeError('address-limited', `Too many ${what} come from this address. Try again later.`, {
      retryAfter,
    });
  }

  /** Forgets every address whose bucket is full again. */
  sweep(): void {
    const { burst, perSecond } = this.#rate;
    const full = this.#now() - (burst / perSecond) * 1000;
    for (const [key, { at }] of this.#buckets) {
      if (at > full) return;
      this.#buckets.delete(key);
    }
  }
}

/** An IPv4 address, or the /64 that an IPv6 address is in: whoever has one of it has all of it. */
function bucketOf(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/, '');
  if (!isIPv6(plain)) return plain;
  const [head = '', tail] = plain.split('%')[0]!.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : 8 - left.length - right.length;
  return [...left, ...new Array<string>(zeros).fill('0'), ...right].slice(0, 4).join(':');
}
