import {
  KEM_X25519,
  type KemKeyPair,
  type KeyConfig,
  OFFERED_SUITES,
  x25519KeyPair,
} from '../../wire/index.js';
import { nativePrimitives } from '../../wire/node/primitives.js';
import { nativeX25519Key } from '../../wire/node/x25519.js';
import {
  createSecret,
  derive,
  type EpochSecret,
  forward,
  freshSecret,
  readSecret,
  writeSecret,
} from './ratchet.js';

/** The keys of one epoch. */
export interface EpochKeys {
  readonly pair: KemKeyPair;
  readonly config: KeyConfig;
  /** 32 bytes, seals routes. */
  readonly route: Uint8Array;
}

export interface KeyRingOptions {
  /** Where the secret is kept. Made when it is not there. */
  readonly file: string;
  readonly epochSeconds: number;
  /** For how long the keys of an epoch serve after its end. */
  readonly overlapSeconds: number;
  /** In milliseconds. */
  readonly now?: () => number;
}

/** The gateway's keys: a new one every epoch, the one before for those who have not heard of it yet. */
export class KeyRing {
  readonly #options: KeyRingOptions;
  readonly #now: () => number;
  readonly #keys = new Map<number, EpochKeys>();
  #oldest: EpochSecret;

  private constructor(options: KeyRingOptions, oldest: EpochSecret) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#oldest = oldest;
  }

  /** @throws EdgeError `state-unusable` */
  static async open(options: KeyRingOptions): Promise<KeyRing> {
    const now = options.now ?? Date.now;
    const first = freshSecret(Math.floor(now() / 1000 / options.epochSeconds) - 1);
    const secret = (await readSecret(options.file)) ?? (await createSecret(options.file, first));
    const ring = new KeyRing(options, secret);
    await ring.advance();
    return ring;
  }

  /** What everybody who asks is given: the epoch's one key configuration. */
  get current(): EpochKeys {
    return this.#epochKeys(this.#epochAt(0));
  }

  /** For how many whole seconds from now `current` stays what it is. */
  get secondsLeft(): number {
    const { epochSeconds } = this.#options;
    return Math.floor((this.#epochAt(0) + 1) * epochSeconds - this.#now() / 1000);
  }

  /** From when to when the current keys serve, in whole seconds since 1970. */
  get validity(): { readonly notBefore: number; readonly notAfter: number } {
    const { epochSeconds, overlapSeconds } = this.#options;
    const notBefore = this.#epochAt(0) * epochSeconds;
    return { notBefore, notAfter: notBefore + epochSeconds + overlapSeconds };
  }

  /** The keys that a message names, while they serve. The next epoch's too, as clocks differ. */
  find(keyId: number): EpochKeys | undefined {
    for (let epoch = this.#epochAt(0) + 1; epoch >= this.#oldest.epoch; epoch--) {
      if ((epoch & 0xff) === keyId) return this.#epochKeys(epoch);
    }
    return undefined;
  }

  /** Forgets what has served its time, in memory and on disk. @returns whether anything was */
  async advance(): Promise<boolean> {
    const oldest = this.#epochAt(this.#options.overlapSeconds);
    if (oldest <= this.#oldest.epoch) return false;
    const moved = forward(this.#oldest, oldest);
    await writeSecret(this.#options.file, moved);
    this.#oldest.secret.fill(0);
    this.#oldest = moved;
    for (const [epoch, { pair, route }] of this.#keys) {
      if (epoch >= oldest) continue;
      pair.wipe();
      route.fill(0);
      this.#keys.delete(epoch);
    }
    return true;
  }

  #epochAt(secondsAgo: number): number {
    return Math.floor((this.#now() / 1000 - secondsAgo) / this.#options.epochSeconds);
  }

  #epochKeys(epoch: number): EpochKeys {
    const known = this.#keys.get(epoch);
    if (known) return known;
    const { secret } = forward(this.#oldest, epoch);
    const pair = x25519KeyPair(nativeX25519Key(derive(secret, 'sotto-gateway-ohttp')), nativePrimitives);
    const config = {
      keyId: epoch & 0xff,
      kem: KEM_X25519,
      publicKey: pair.publicKey,
      suites: OFFERED_SUITES,
    } as const;
    const keys = { pair, config, route: derive(secret, 'sotto-gateway-route') };
    this.#keys.set(epoch, keys);
    return keys;
  }
}
