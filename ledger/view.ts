/** A log as it can be read from afar: its static resources, believed by nobody before they are verified. */
import { bytesToHex } from '@noble/hashes/utils.js';
import { LedgerError } from './error.js';
import { type FetchTile, tilePath } from './tree/index.js';

export interface LogView {
  /** The latest checkpoint, cosigned. */
  readonly checkpoint: () => Promise<Uint8Array>;
  readonly tile: FetchTile;
  /** The state with this SHA-256. */
  readonly state: (hash: Uint8Array) => Promise<Uint8Array>;
}

const TIMEOUT_MS = 30_000;

/**
 * A log at an address. All three throw LedgerError `log-unavailable`, `tile-missing`.
 * @param url without a slash at its end
 */
export function httpView(
  url: string,
  fetchWith: typeof fetch = (input, init) => fetch(input, init),
): LogView {
  const read = async (path: string): Promise<Uint8Array> => {
    let response: Response;
    try {
      response = await fetchWith(`${url}/${path}`, {
        redirect: 'error',
        credentials: 'omit',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      if (response.ok) return new Uint8Array(await response.arrayBuffer());
    } catch (cause) {
      throw new LedgerError('log-unavailable', 'the log cannot be reached', { cause });
    }
    const code = response.status === 404 && path.startsWith('tile/') ? 'tile-missing' : 'log-unavailable';
    throw new LedgerError(code, `the log does not show ${path} (HTTP ${response.status})`);
  };
  return {
    checkpoint: () => read('checkpoint'),
    tile: (address) => read(tilePath(address)),
    state: (hash) => read(`state/${bytesToHex(hash)}`),
  };
}
