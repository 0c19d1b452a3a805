import { ISSUER_DIRECTORY_PATH } from '../../wire/index.js';
import { ClientError } from '../error.js';
import { type Fetch, readAtMost } from '../http.js';
import type { DirectoryRoute } from '../wallet/index.js';
import type { GatewayKey } from './gateway-keys.js';
import { wholeRequest } from './oblivious.js';

const MAX_BYTES = 64 * 1024;

/** The issuer's directory as the gateway has it, asked for through the relay: nobody knows for whom. */
export function directoryThroughRelay(fetchWith: Fetch, relay: string, key: GatewayKey): DirectoryRoute {
  return async (signal) => {
    const response = await wholeRequest(
      { relay, keyConfig: await key.current(signal), fetch: fetchWith },
      { method: 'GET', path: ISSUER_DIRECTORY_PATH, headers: {}, body: new Uint8Array(0), signal },
    );
    if (response.ok) return readAtMost(response, MAX_BYTES, signal);
    throw new ClientError('server-refused', "The gateway does not show the issuer's keys now.");
  };
}
