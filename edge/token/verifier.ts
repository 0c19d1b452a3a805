/** What an origin does with a token, RFC 9577 §2.2 and RFC 9578 §6.4; all but remembering that it was spent. */
import { constants, createHash, createPublicKey, type KeyObject, verify } from 'node:crypto';
import {
  type ChallengeDigest,
  challengeDigest,
  type DirectoryKey,
  decodeToken,
  equalBytes,
  plainSpki,
  type Token,
  type TokenChallenge,
  WireError,
} from '../../wire/index.js';
import { TokenError, type TokenErrorCode } from './error.js';

/** A token that is good, unless it was spent before. */
export interface VerifiedToken {
  /** SHA-256 of the token: what the set of spent tokens remembers. Two tokens never share it. */
  readonly spentKey: Uint8Array;
  /** From when on the token is refused anyway and need not be remembered, in seconds since 1970. */
  readonly expires: number | undefined;
}

export interface TokenVerifierOptions {
  /** What tokens have to answer. */
  readonly challenge: TokenChallenge;
  /** As the issuer's directory lists them. */
  readonly keys: readonly DirectoryKey[];
  /** In seconds since 1970; the system's clock when left out. */
  readonly now?: () => number;
}

/** How far ahead of ours the clock of issuer or client may be, in seconds. */
const CLOCK_SKEW_S = 60;
/** RFC 9578 §6.4: RSASSA-PSS with SHA-384, MGF1 with SHA-384 and a salt of 48 bytes. */
const PSS = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 48 } as const;
/** Of a token of type 0x0002, all but its signature. */
const SIGNED_BYTES = 98;

interface Accepted extends DirectoryKey {
  readonly publicKey: KeyObject;
}

export class TokenVerifier {
  readonly #digest: ChallengeDigest;
  readonly #now: () => number;
  #keys: ReadonlyMap<string, Accepted>;

  constructor({ challenge, keys, now = () => Date.now() / 1000 }: TokenVerifierOptions) {
    this.#digest = challengeDigest(challenge);
    this.#now = now;
    this.#keys = accepted(keys);
  }

  /** Takes over the keys of a newer directory. */
  update(keys: readonly DirectoryKey[]): void {
    this.#keys = accepted(keys);
  }

  /**
   * Whether the issuer signed these bytes for our challenge, under a key whose time it is. Takes some 40 µs.
   * @throws TokenError
   */
  verify(bytes: Uint8Array): VerifiedToken {
    const token = decoded(bytes);
    if (!equalBytes(token.challengeDigest, this.#digest))
      throw new TokenError(
        'token-wrong-challenge',
        'The token was made for another challenge: get one for this gateway.',
      );
    const key = this.#keys.get(nameOf(token.keyId));
    if (!key)
      throw new TokenError('token-unknown-key', 'The issuer lists no such token key: get another token.');
    this.#requireTime(key);
    const signed = bytes.subarray(0, SIGNED_BYTES);
    if (!verify('sha384', signed, { key: key.publicKey, ...PSS }, token.authenticator))
      throw new TokenError('token-bad-signature', 'The issuer did not sign this token: get another one.');
    return { spentKey: createHash('sha256').update(bytes).digest(), expires: key.notAfter };
  }

  #requireTime({ notBefore = 0, notAfter = Infinity }: DirectoryKey): void {
    const now = this.#now();
    if (now + CLOCK_SKEW_S < notBefore)
      throw new TokenError('token-not-yet-valid', 'The token key is not in use yet: wait, or set the clock.');
    if (now >= notAfter)
      throw new TokenError('token-expired', 'The token key is no longer in use: get another token.');
  }
}

const nameOf = (id: Uint8Array): string => Buffer.from(id).toString('latin1');

function accepted(keys: readonly DirectoryKey[]): ReadonlyMap<string, Accepted> {
  return new Map(
    keys.map((entry) => {
      const der = Buffer.from(plainSpki(entry.key));
      const publicKey = createPublicKey({ key: der, format: 'der', type: 'spki' });
      return [nameOf(entry.key.id), { ...entry, publicKey }];
    }),
  );
}

function decoded(bytes: Uint8Array): Token {
  try {
    return decodeToken(bytes);
  } catch (cause) {
    if (!(cause instanceof WireError)) throw cause;
    throw new TokenError(cause.code as TokenErrorCode, `The token is malformed: ${cause.message}.`, {
      cause,
    });
  }
}
