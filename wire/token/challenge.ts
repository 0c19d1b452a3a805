import { sha256 } from '@noble/hashes/sha2.js';
import { ascii, ByteReader, bigEndian, concat } from '../bytes.js';
import { WireError } from '../error.js';
import { type ChallengeDigest, named, requireTokenType, TOKEN_TYPE } from './type.js';

/** What an origin asks for, RFC 9577 §2.1. The token type is 0x0002. */
export interface TokenChallenge {
  /** Authority of the issuer: `issuer.example`, or `issuer.example:8443`. */
  readonly issuerName: string;
  /** 32 bytes that the token is bound to, or none. */
  readonly redemptionContext: Uint8Array;
  /** Authorities at which the token may be spent; anywhere when empty. */
  readonly originInfo: readonly string[];
}

const CONTEXT_SIZE = 32;
const LARGEST = 0xffff;
/** Printable ASCII without the comma that separates names. */
const NAME = /^[\x21-\x2b\x2d-\x7e]+$/;

/** Our own challenge: tokens of one issuer for some origins, bound to no session, so that they can be fetched ahead. */
export function unboundChallenge(issuerName: string, originInfo: readonly string[]): TokenChallenge {
  return { issuerName, redemptionContext: new Uint8Array(0), originInfo };
}

/** @throws WireError `token-challenge-malformed` when a name is none */
export function encodeChallenge(challenge: TokenChallenge): Uint8Array<ArrayBuffer> {
  const { issuerName, redemptionContext, originInfo } = challenge;
  const origins = originInfo.join(',');
  if (![issuerName, ...originInfo].every((name) => NAME.test(name)))
    throw malformed('a name is no authority');
  if (issuerName.length > LARGEST || origins.length > LARGEST) throw malformed('a name is too long');
  requireContext(redemptionContext);
  return concat(
    bigEndian(TOKEN_TYPE, 2),
    bigEndian(issuerName.length, 2),
    ascii(issuerName),
    bigEndian(redemptionContext.length, 1),
    redemptionContext,
    bigEndian(origins.length, 2),
    ascii(origins),
  );
}

/** @throws WireError `token-truncated`, `token-type-unsupported`, `token-challenge-malformed` */
export function decodeChallenge(bytes: Uint8Array): TokenChallenge {
  const reader = new ByteReader(bytes, 'token-truncated');
  requireTokenType(reader.uint(2));
  const issuerName = name(reader.take(reader.uint(2)));
  const redemptionContext = reader.take(reader.uint(1));
  const origins = reader.take(reader.uint(2));
  if (reader.remaining > 0) throw malformed('bytes follow the challenge');
  requireContext(redemptionContext);
  const originInfo = origins.length === 0 ? [] : text(origins).split(',').map(requireName);
  return { issuerName, redemptionContext, originInfo };
}

/** What a token carries of its challenge, RFC 9577 §2.2. */
export function challengeDigest(challenge: TokenChallenge): ChallengeDigest {
  return named(sha256(encodeChallenge(challenge)), 32);
}

const text = (bytes: Uint8Array): string => String.fromCharCode(...bytes);
const name = (bytes: Uint8Array): string => requireName(text(bytes));

function requireName(found: string): string {
  if (!NAME.test(found)) throw malformed('a name is no authority');
  return found;
}

function requireContext({ length }: Uint8Array): void {
  if (length !== 0 && length !== CONTEXT_SIZE)
    throw malformed('the redemption context has neither 0 nor 32 bytes');
}

function malformed(what: string): WireError {
  return new WireError('token-challenge-malformed', what);
}
