/** The token keys whose time it is or will be: the last epoch's, this one's, the next one's. */
import { type DirectoryKey, truncatedKeyId } from '../../wire/index.js';
import { type EpochLengths, endOf, epochAt, startOf } from './epochs.js';
import { IssuerError } from './error.js';
import { KeyFiles } from './key-files.js';
import type { SigningKey } from './sign.js';

/** What becomes of the keys, for the log. */
export type KeyEvent = 'key-added' | 'key-dropped';

export interface KeyRingOptions extends EpochLengths {
  readonly folder: string;
  /** In seconds since 1970. */
  readonly now: () => number;
  readonly on: (event: KeyEvent, epoch: number) => void;
}

export interface EpochKey extends SigningKey {
  readonly epoch: number;
}

export class KeyRing {
  readonly #files: KeyFiles;
  readonly #options: KeyRingOptions;
  #keys: readonly EpochKey[] = [];

  private constructor(files: KeyFiles, options: KeyRingOptions) {
    this.#files = files;
    this.#options = options;
  }

  /** Has a key for this epoch and one for the next when it returns. @throws IssuerError `state-unusable` */
  static async open(options: KeyRingOptions): Promise<KeyRing> {
    const ring = new KeyRing(await KeyFiles.open(options.folder), options);
    await ring.turn();
    return ring;
  }

  /**
   * Makes the next epoch's key ahead of its time, takes over what other processes have made, and deletes keys that nobody
   * accepts any more. To be called often.
   * @throws IssuerError `state-unusable`
   */
  async turn(): Promise<void> {
    const { now, on } = this.#options;
    const present = epochAt(now(), this.#options);
    for (const epoch of await this.#files.epochs()) {
      const over = endOf(epoch, this.#options) <= now();
      if (over) await this.#files.remove(epoch);
      else await this.#take(epoch, () => this.#files.read(epoch));
      if (over) on('key-dropped', epoch);
    }
    for (const epoch of [present, present + 1]) {
      await this.#take(epoch, () => this.#files.make(epoch, (key) => this.#distinct(key)));
    }
    this.#keys = this.#keys.filter(({ epoch }) => endOf(epoch, this.#options) > now());
  }

  /** The key that signs now. @throws IssuerError `issuer-not-ready` */
  current(): EpochKey {
    const present = epochAt(this.#options.now(), this.#options);
    const key = this.#keys.find(({ epoch }) => epoch === present);
    if (key) return key;
    throw new IssuerError('issuer-not-ready', 'There is no token key for this epoch.', { retryAfter: 5 });
  }

  /** For the directory: the newest first, so that each becomes the preferred one when its time comes (RFC 9578 §4). */
  listed(): readonly DirectoryKey[] {
    return this.#keys.map(({ key, epoch }) => ({
      key,
      notBefore: startOf(epoch, this.#options),
      notAfter: endOf(epoch, this.#options),
    }));
  }

  async #take(epoch: number, get: () => Promise<SigningKey>): Promise<void> {
    if (this.#keys.some((key) => key.epoch === epoch)) return;
    const key = { ...(await get()), epoch };
    this.#keys = [...this.#keys, key].sort((a, b) => b.epoch - a.epoch);
    this.#options.on('key-added', epoch);
  }

  /** A request names its key by one byte only. */
  #distinct({ key }: SigningKey): boolean {
    return this.#keys.every((other) => truncatedKeyId(other.key.id) !== truncatedKeyId(key.id));
  }
}
