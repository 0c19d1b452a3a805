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
export async function agreedGatewayKey(
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
