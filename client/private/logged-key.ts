/** The gateway's key as the log has it: one source is enough, because everybody can see it. */
import { type LedgerPolicy, MAX_BUNDLE_BYTES, requireGatewayKey } from '../../ledger/index.js';
import { decodeKeyConfigList, type KeyConfig, WireError } from '../../wire/index.js';
import { ClientError } from '../error.js';
import { type Fetch, get, readAtMost } from '../http.js';
import { requireLogged } from '../ledger.js';

export interface LoggedKeySource {
  /** Where the proof bundle of the gateway's keys is; the relay has it. */
  readonly proof: string;
  /** The gateway's name in the log. */
  readonly gateway: string;
  readonly ledger: LedgerPolicy;
}

/** @throws ClientError `ledger-refused`, `network-failed`, `server-refused`, `answer-malformed`, `aborted` */
export async function loggedGatewayKey(
  fetchWith: Fetch,
  { proof, gateway, ledger }: LoggedKeySource,
  now: Date,
  signal?: AbortSignal,
): Promise<KeyConfig> {
  const response = await get(fetchWith, { url: proof, answer: 'application/cbor', signal });
  const bundle = await readAtMost(response, MAX_BUNDLE_BYTES, signal);
  const keys = await requireLogged(bundle, ledger, now, (found) => {
    const { manifest } = found.entry;
    const listed = manifest.type === 'gateway-key' ? manifest.keyConfigs : new Uint8Array(0);
    requireGatewayKey(found, gateway, listed);
    return listed;
  });
  try {
    return decodeKeyConfigList(keys)[0]!;
  } catch (cause) {
    if (!(cause instanceof WireError)) throw cause;
    throw new ClientError('answer-malformed', "The gateway's keys are malformed.", {
      detail: cause.code,
      cause,
    });
  }
}
