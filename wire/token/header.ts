/** The HTTP authentication scheme `PrivateToken`, RFC 9577 §2. */

import { fromBase64url, toBase64url } from '../base64.js';
import { WireError } from '../error.js';
import { decodeChallenge, encodeChallenge, type TokenChallenge } from './challenge.js';
import { decodeTokenKey, type TokenKey } from './key.js';

/** One challenge of a `WWW-Authenticate` field. */
export interface PrivateTokenChallenge {
  readonly challenge: TokenChallenge;
  /** The issuer's key, unless clients are meant to get it elsewhere. */
  readonly tokenKey?: TokenKey;
  /** For how long the challenge is accepted, in seconds. */
  readonly maxAge?: number;
}

const SCHEME = 'privatetoken';
/** No field that is worth reading is longer. */
const MAX_LENGTH = 16 * 1024;
/** A scheme's name or a parameter, and what comes before it (RFC 9110 §11.2, §11.6.1). */
const ITEM =
  /[ \t]*(?<comma>,[ \t,]*)?(?<name>[\w!#$%&'*+.^`|~-]+)(?:[ \t]*=[ \t]*(?:"(?<quoted>(?:[\t !#-[\]-~]|\\[\t -~])*)"|(?<plain>[\w!#$%&'*+.^`|~=-]+)))?/y;

/** The value of a `WWW-Authenticate` field with one challenge. */
export function formatChallenge({ challenge, tokenKey, maxAge }: PrivateTokenChallenge): string {
  const parameters = [`challenge="${toBase64url(encodeChallenge(challenge))}"`];
  if (tokenKey) parameters.push(`token-key="${toBase64url(tokenKey.spki)}"`);
  if (maxAge !== undefined) parameters.push(`max-age="${maxAge}"`);
  return `PrivateToken ${parameters.join(', ')}`;
}

/**
 * The challenges for tokens of type 0x0002 in a `WWW-Authenticate` field; those of other schemes and types are passed
 * over, as are parameters that we do not know.
 * @throws WireError `token-header-malformed`; `token-truncated`, `token-challenge-malformed`, `token-key-malformed`
 */
export function parseChallenges(field: string): readonly PrivateTokenChallenge[] {
  return schemesOf(field)
    .filter(({ scheme }) => scheme === SCHEME)
    .flatMap(({ parameters }) => challengeOf(parameters));
}

/** The value of an `Authorization` field that spends a token. */
export function formatAuthorization(token: Uint8Array): string {
  return `PrivateToken token="${toBase64url(token)}"`;
}

/**
 * The encoded token in an `Authorization` field.
 * @throws WireError `token-header-malformed` when it is of another scheme, or not as RFC 9577 §2.2 says
 */
export function parseAuthorization(field: string): Uint8Array<ArrayBuffer> {
  const [credentials, ...more] = schemesOf(field);
  const token = credentials?.parameters.get('token');
  if (credentials?.scheme !== SCHEME || more.length > 0 || token === undefined)
    throw malformed('the Authorization field does not have one private token');
  return decoded(token);
}

interface Scheme {
  readonly scheme: string;
  readonly parameters: Map<string, string>;
}

function schemesOf(field: string): readonly Scheme[] {
  if (field.length > MAX_LENGTH) throw malformed('the field is too long');
  const schemes: Scheme[] = [];
  const end = field.trimEnd().length;
  let at = 0;
  while (at < end) {
    ITEM.lastIndex = at;
    const groups = ITEM.exec(field)?.groups;
    if (!groups) throw malformed('the field is not a list of schemes and parameters');
    at = ITEM.lastIndex;
    const name = groups['name']!.toLowerCase();
    const value = groups['quoted']?.replace(/\\(.)/g, '$1') ?? groups['plain'];
    const before = value === undefined ? schemes.length : (schemes.at(-1)?.parameters.size ?? 0);
    if (before > 0 !== (groups['comma'] !== undefined)) throw malformed('a comma is missing or too much');
    if (value === undefined) schemes.push({ scheme: name, parameters: new Map() });
    else addParameter(schemes.at(-1), name, value);
  }
  return schemes;
}

function addParameter(scheme: Scheme | undefined, name: string, value: string): void {
  if (!scheme || scheme.parameters.has(name)) throw malformed('a parameter has no scheme, or comes twice');
  scheme.parameters.set(name, value);
}

function challengeOf(parameters: Map<string, string>): PrivateTokenChallenge[] {
  const encoded = parameters.get('challenge');
  if (encoded === undefined) throw malformed('the challenge is missing');
  const bytes = decoded(encoded);
  const key = parameters.get('token-key');
  const maxAge = parameters.get('max-age');
  if (maxAge !== undefined && !/^\d{1,10}$/.test(maxAge)) throw malformed('max-age is not in whole seconds');
  try {
    return [
      {
        challenge: decodeChallenge(bytes),
        ...(key === undefined ? {} : { tokenKey: decodeTokenKey(decoded(key)) }),
        ...(maxAge === undefined ? {} : { maxAge: Number(maxAge) }),
      },
    ];
  } catch (error) {
    // RFC 9577 §2.1: challenges of types that a client does not support are to be ignored.
    if (error instanceof WireError && error.code === 'token-type-unsupported') return [];
    throw error;
  }
}

function decoded(text: string): Uint8Array<ArrayBuffer> {
  const bytes = fromBase64url(text);
  if (!bytes) throw malformed('a parameter is not base64url');
  return bytes;
}

function malformed(what: string): WireError {
  return new WireError('token-header-malformed', what);
}
