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

/** The agreed key, asked for when it is needed and kept for a while. */
export class GatewayKey {
  readonly #fetch: Fetch;
  readonly #sources: KeySources;
  readonly #now: () => Date;
  #known: { readonly config: KeyConfig; readonly until: number } | undefined;

  constructor(fetchWith: Fetch, sources: KeySources, now: () => Date = () => new Date()) {
    this.#fetch = fetchWith;
    this.#sources = sources;
    this.#now = now;
  }

  /** @throws ClientError as `agreedGatewayKey` does */
  async current(signal?: AbortSignal): Promise<KeyConfig> {
    const now = this.#now().getTime();
    if (this.#known && now < this.#known.until) return this.#known.config;
    const config = await agreedGatewayKey(this.#fetch, this.#sources, signal);
    this.#known = { config, until: now + KEY_MS };
    return config;
  }

  /** Asks anew the next time: the gateway did not know the key. */
  forget(): void {
    this.#known = undefined;
  }
}
