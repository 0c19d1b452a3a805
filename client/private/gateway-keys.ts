/** The gateway's key, if everybody is given the same one. */
import {
  decodeKeyConfigList,
  equalBytes,
  KEY_CONFIG_LIST_TYPE,
  type KeyConfig,
  WireError,
} from '../../wire/index.js';
import { ClientError } from '../error.js';
import { type Fetch, get, readAtMost } from '../http.js';
import { type LoggedKeySource, loggedGatewayKey } from './logged-key.js';

/** Two addresses run by different parties, both of which publish the gateway's keys: the relay is one. */
export type KeySources = readonly [string, string, ...string[]];

const MAX_BYTES = 64 * 1024;

/**
 * A key that was made for one user only would tell the gateway who asks. So it is fetched from parties that do not
 * know of each other's users, and all have to show the same.
 * @throws ClientError `key-mismatch`, `network-failed`, `server-refused`, `answer-malformed`, `aborted`
 */
async function agreedGatewayKey(
  fetchWith: Fetch,
  sources: KeySources,
  signal?: AbortSignal,
): Promise<KeyConfig> {
  const lists = await Promise.all(
    sources.map(async (url) => {
      const response = await get(fetchWith, { url, answer: KEY_CONFIG_LIST_TYPE, signal });
      return readAtMost(response, MAX_BYTES, signal);
    }),
  );
  const [first] = lists as [Uint8Array, ...Uint8Array[]];
  if (!lists.every((list) => equalBytes(list, first))) {
    throw new ClientError(
      'key-mismatch',
      "The gateway's keys are not the same everywhere: nothing was sent, because a key made for one user tells who asks. Try again in a minute; if it stays so, report it.",
      { detail: 'gateway-key' },
    );
  }
  try {
    return decodeKeyConfigList(first)[0]!;
  } catch (cause) {
    if (!(cause instanceof WireError)) throw cause;
    throw new ClientError('answer-malformed', "The gateway's keys are malformed.", {
      detail: cause.code,
      cause,
    });
  }
}

/** For how long a key is believed without asking again, in milliseconds. */
const KEY_MS = 300_000;

interface KnownKey {
  readonly config: KeyConfig;
  readonly until: number;
  /** Whether it was asked for because the gateway did not know the one before. */
  readonly replacement: boolean;
}

/** The key that the sources agree on, or that the log has, asked for when it is needed and kept for a while. */
export class GatewayKey {
  readonly #fetch: Fetch;
  readonly #sources: KeySources | LoggedKeySource;
  readonly #now: () => Date;
  #known: KnownKey | undefined;
  #asking: Promise<KeyConfig> | undefined;

  constructor(fetchWith: Fetch, sources: KeySources | LoggedKeySource, now: () => Date = () => new Date()) {
    this.#fetch = fetchWith;
    this.#sources = sources;
    this.#now = now;
  }

  /** @throws ClientError as `agreedGatewayKey` does */
  async current(signal?: AbortSignal): Promise<KeyConfig> {
    if (this.#known && this.#now().getTime() < this.#known.until) return this.#known.config;
    return this.#ask(false, signal);
  }

  /**
   * The key to use instead of one that the gateway did not know: asked for anew once, and not again when the gateway
   * does not know that either.
   * @returns nothing when there is no other one
   * @throws ClientError as `agreedGatewayKey` does
   */
  async insteadOf(refused: KeyConfig, signal?: AbortSignal): Promise<KeyConfig | undefined> {
    await this.#asking?.catch(() => undefined);
    if (this.#known && this.#known.config !== refused) return this.#known.config;
    if (this.#known?.replacement) return undefined;
    return this.#ask(true, signal);
  }

  /** Those who come meanwhile share an answer. */
  #ask(replacement: boolean, signal: AbortSignal | undefined): Promise<KeyConfig> {
    const sources = this.#sources;
    const asked = () =>
      'proof' in sources
        ? loggedGatewayKey(this.#fetch, sources, this.#now(), signal)
        : agreedGatewayKey(this.#fetch, sources, signal);
    this.#asking ??= asked()
      .then((config) => {
        this.#known = { config, until: this.#now().getTime() + KEY_MS, replacement };
        return config;
      })
      .finally(() => {
        this.#asking = undefined;
      });
    return this.#asking;
  }
}
