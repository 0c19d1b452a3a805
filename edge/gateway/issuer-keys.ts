/** The issuer's directory, as the gateway has it: what tokens are verified with, and shown to clients who compare. */
import {
  decodeDirectory,
  ISSUER_DIRECTORY_PATH,
  ISSUER_DIRECTORY_TYPE,
  unboundChallenge,
} from '../../wire/index.js';
import { EdgeError } from '../error.js';
import { fetchPublished } from '../published.js';
import { TokenError, TokenVerifier, type VerifiedToken } from '../token/index.js';
import type { GatewayConfig } from './config.js';

const REFRESH_MS = 300_000;
/** A token under a key that is not listed makes the gateway look again, but not more often than this. */
const LOOK_AGAIN_MS = 5_000;
const RETRY_MS = 2_000;

export class IssuerKeys {
  readonly #url: string;
  readonly #verifier: TokenVerifier;
  #directory: Buffer | undefined;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #looked = Number.NEGATIVE_INFINITY;
  #stopped = false;

  private constructor({ issuer, name }: Pick<GatewayConfig, 'issuer' | 'name'>) {
    this.#url = issuer.url + ISSUER_DIRECTORY_PATH;
    this.#verifier = new TokenVerifier({
      challenge: unboundChallenge(issuer.name, [name]),
      keys: [],
    });
  }

  /** Has tried once when it resolves, and tries on until it has the keys. */
  static async start(config: Pick<GatewayConfig, 'issuer' | 'name'>): Promise<IssuerKeys> {
    const keys = new IssuerKeys(config);
    await keys.#look();
    return keys;
  }

  get ready(): boolean {
    return this.#directory !== undefined;
  }

  /** The directory's bytes, as the issuer gave them. @throws EdgeError `keys-unavailable` */
  get directory(): Buffer {
    if (this.#directory) return this.#directory;
    throw new EdgeError('keys-unavailable', "The issuer's keys cannot be had now. Try again soon.", {
      retryAfter: 5,
    });
  }

  /** @throws TokenError; EdgeError `keys-unavailable` */
  async verify(token: Uint8Array): Promise<VerifiedToken> {
    void this.directory;
    try {
      return this.#verifier.verify(token);
    } catch (error) {
      const unknown = error instanceof TokenError && error.code === 'token-unknown-key';
      if (!unknown || performance.now() - this.#looked < LOOK_AGAIN_MS) throw error;
      await this.#look();
      return this.#verifier.verify(token);
    }
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #look(): Promise<void> {
    this.#looking ??= this.#fetch().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #fetch(): Promise<void> {
    clearTimeout(this.#timer);
    this.#looked = performance.now();
    let next = REFRESH_MS;
    try {
      const { bytes } = await fetchPublished(this.#url, ISSUER_DIRECTORY_TYPE);
      this.#verifier.update(decodeDirectory(bytes).keys);
      this.#directory = bytes;
    } catch {
      next = RETRY_MS; // The keys that are known go on serving; `ready` tells when there are none.
    }
    if (!this.#stopped) this.#timer = setTimeout(() => void this.#look(), next);
  }
}
