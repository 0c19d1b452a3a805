/** The issuer's directory, RFC 9578 §4. */

import { fromBase64url, toBase64url } from '../base64.js';
import { WireError } from '../error.js';
import { decodeTokenKey, type TokenKey } from './key.js';
import { TOKEN_TYPE } from './type.js';

export const ISSUER_DIRECTORY_PATH = '/.well-known/private-token-issuer-directory';
export const ISSUER_DIRECTORY_TYPE = 'application/private-token-issuer-directory';

/** A token key and when it counts, in seconds since 1970. */
export interface DirectoryKey {
  readonly key: TokenKey;
  /** From when on tokens are issued under it; at once when left out. */
  readonly notBefore?: number;
  /** From when on its tokens are refused. Our own addition, which readers of RFC 9578 pass over. */
  readonly notAfter?: number;
  /** A proof bundle that the key is in the log. Our own addition, too. */
  readonly proof?: Uint8Array;
}

export interface IssuerDirectory {
  /** Where token requests go: a URL, or one relative to the directory's. */
  readonly requestUri: string;
  /** Keys of type 0x0002, the most preferred first. */
  readonly keys: readonly DirectoryKey[];
}

/** More than any directory needs. */
const MAX_BYTES = 64 * 1024;

export function encodeDirectory({ requestUri, keys }: IssuerDirectory): Uint8Array<ArrayBuffer> {
  const document = {
    'issuer-request-uri': requestUri,
    'token-keys': keys.map(({ key, notBefore, notAfter, proof }) => ({
      'token-type': TOKEN_TYPE,
      'token-key': toBase64url(key.spki),
      'not-before': notBefore,
      'not-after': notAfter,
      'log-proof': proof && toBase64url(proof),
    })),
  };
  return new TextEncoder().encode(JSON.stringify(document));
}

/**
 * Keys of other types are passed over, as are fields that we do not know.
 * @throws WireError `token-directory-malformed`; `token-key-malformed`; `token-type-unsupported` when no key is left
 */
export function decodeDirectory(bytes: Uint8Array): IssuerDirectory {
  const directory = objectOf(json(bytes));
  const requestUri = directory['issuer-request-uri'];
  const listed = directory['token-keys'];
  if (typeof requestUri !== 'string' || requestUri === '' || !Array.isArray(listed))
    throw malformed('the directory lacks its request URI or its keys');
  const keys = listed.map(objectOf).filter(ofOurType).map(keyOf);
  if (keys.length > 0) return { requestUri, keys };
  throw new WireError('token-type-unsupported', 'the directory lists no key for tokens of type 0x0002');
}

/** The key to ask for tokens with: the first whose time has come (RFC 9578 §4). `now` in seconds since 1970. */
export function issuingKey(keys: readonly DirectoryKey[], now: number): DirectoryKey | undefined {
  return keys.find(({ notBefore = 0, notAfter = Infinity }) => notBefore <= now && now < notAfter);
}

function json(bytes: Uint8Array): unknown {
  if (bytes.length > MAX_BYTES) throw malformed('the directory has more than 64 KiB');
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    if (cause instanceof SyntaxError || cause instanceof TypeError)
      throw malformed('the directory is not JSON');
    throw cause;
  }
}

type Fields = Readonly<Record<string, unknown>>;

function objectOf(value: unknown): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw malformed('the directory has something else where an object belongs');
  return value as Fields;
}

const ofOurType = (fields: Fields): boolean => fields['token-type'] === TOKEN_TYPE;

function keyOf(fields: Fields): DirectoryKey {
  const text = fields['token-key'];
  const spki = typeof text === 'string' ? fromBase64url(text) : undefined;
  if (!spki) throw malformed('a token key is not base64url');
  const notBefore = secondsOf(fields['not-before']);
  const notAfter = secondsOf(fields['not-after']);
  const proof = proofOf(fields['log-proof']);
  return {
    key: decodeTokenKey(spki),
    ...(notBefore === undefined ? {} : { notBefore }),
    ...(notAfter === undefined ? {} : { notAfter }),
    ...(proof === undefined ? {} : { proof }),
  };
}

function proofOf(value: unknown): Uint8Array | undefined {
  if (value === undefined) return undefined;
  const proof = typeof value === 'string' ? fromBase64url(value) : undefined;
  if (proof) return proof;
  throw malformed('a proof is not base64url');
}

function secondsOf(value: unknown): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw malformed('a time is not in whole seconds since 1970');
}

function malformed(what: string): WireError {
  return new WireError('token-directory-malformed', what);
}
