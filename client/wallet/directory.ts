/** The issuer's directory, seen from several sides. */
import { bytesToHex } from '@noble/hashes/utils.js';
import { type LedgerPolicy, requireIssuerKey } from '../../ledger/index.js';
import {
  type DirectoryKey,
  decodeDirectory,
  ISSUER_DIRECTORY_PATH,
  ISSUER_DIRECTORY_TYPE,
  type IssuerDirectory,
  issuingKey,
  WireError,
} from '../../wire/index.js';
import { ClientError } from '../error.js';
import { type Fetch, get, readAtMost } from '../http.js';
import { requireLogged } from '../ledger.js';

/** One way to the issuer's directory; resolves to the document's bytes. */
export type DirectoryRoute = (signal: AbortSignal | undefined) => Promise<Uint8Array>;

/** What all routes agree on. */
export interface AgreedDirectory {
  readonly requestUri: string;
  /** The key to ask for tokens with. */
  readonly issuing: DirectoryKey & { readonly notAfter: number };
  /** Ids of the keys that all of them list, in hexadecimal. */
  readonly listed: readonly string[];
}

/** The log that an issuer's key has to be in, and the issuer's name there. */
export interface LoggedIssuer {
  readonly name: string;
  readonly ledger: LedgerPolicy;
}

const MAX_DIRECTORY_BYTES = 64 * 1024;

/** The way there with a `fetch`. @param issuerUrl `https://issuer.example` */
export function directoryBy(fetchWith: Fetch, issuerUrl: string): DirectoryRoute {
  return async (signal) => {
    const url = new URL(ISSUER_DIRECTORY_PATH, issuerUrl).href;
    const response = await get(fetchWith, { url, answer: ISSUER_DIRECTORY_TYPE, signal });
    return readAtMost(response, MAX_DIRECTORY_BYTES, signal);
  };
}

/**
 * Asks all routes, and believes what all of them say: an issuer that shows a key of its own to each user could tell later
 * who spent a token.
 * @param now in seconds since 1970
 * @throws ClientError `issuer-key-mismatch`, `answer-malformed`, `token-unavailable`, `ledger-refused`; whatever a route throws
 */
export async function agreedDirectory(
  routes: readonly DirectoryRoute[],
  now: number,
  signal: AbortSignal | undefined,
  logged?: LoggedIssuer,
): Promise<AgreedDirectory> {
  const [first, ...others] = await Promise.all(routes.map(async (route) => parsed(await route(signal))));
  if (!first || others.length === 0)
    throw new ClientError('issuer-key-mismatch', 'One route to the directory is none: nothing confirms it.', {
      detail: 'directories-differ',
    });
  const issuing = issuingOf(first, now);
  for (const other of others) requireSame(issuing, issuingOf(other, now));
  if (logged) {
    const { ledger, name } = logged;
    const at = new Date(now * 1000);
    await requireLogged(issuing.proof, ledger, at, (entry) => requireIssuerKey(entry, name, issuing.key.id));
  }
  const listed = idsOf(first).filter((id) => others.every((other) => idsOf(other).includes(id)));
  return { requestUri: first.requestUri, issuing, listed };
}

function parsed(bytes: Uint8Array): IssuerDirectory {
  try {
    return decodeDirectory(bytes);
  } catch (cause) {
    if (!(cause instanceof WireError)) throw cause;
    throw new ClientError('answer-malformed', `The issuer's directory is malformed: ${cause.message}.`, {
      detail: cause.code,
      cause,
    });
  }
}

function issuingOf({ keys }: IssuerDirectory, now: number): AgreedDirectory['issuing'] {
  const key = issuingKey(keys, now);
  if (key?.notAfter !== undefined) return { ...key, notAfter: key.notAfter };
  throw new ClientError('token-unavailable', 'The issuer lists no key for this time with an end to it.', {
    detail: 'token-key-unknown',
  });
}

function requireSame(one: AgreedDirectory['issuing'], other: AgreedDirectory['issuing']): void {
  const same =
    bytesToHex(one.key.id) === bytesToHex(other.key.id) &&
    one.notBefore === other.notBefore &&
    one.notAfter === other.notAfter;
  if (same) return;
  throw new ClientError('issuer-key-mismatch', 'The issuer shows different keys on different ways.', {
    detail: 'directories-differ',
  });
}

const idsOf = ({ keys }: IssuerDirectory): readonly string[] => keys.map(({ key }) => bytesToHex(key.id));
