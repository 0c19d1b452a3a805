/** Accounts by app: a JSON Web Token (RFC 7519) that the app's own backend signed for its user. */
import { readFile } from 'node:fs/promises';
import { createLocalJWKSet, createRemoteJWKSet, errors, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { IssuerError, type IssuerErrorDetail } from '../error.js';
import { type Attested, type AttestedRequest, type Attester, accountId, fieldOf } from './attester.js';

/** Signatures with public keys only: who can check a token must not be able to make one. */
export const APP_TOKEN_ALGORITHMS = [
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'PS256',
  'PS384',
  'PS512',
  'RS256',
  'RS384',
  'RS512',
] as const;
export type AppTokenAlgorithm = (typeof APP_TOKEN_ALGORITHMS)[number];

/** Where the app's public keys are: a file, or the one URL that is asked. */
export type KeySetSource = { readonly file: string } | { readonly url: string };

export interface AppTokensOptions {
  readonly issuer: string;
  readonly audience: string;
  readonly algorithms: readonly AppTokenAlgorithm[];
  readonly keys: JWTVerifyGetKey;
  readonly clockSkewSeconds: number;
  /** In seconds since 1970. */
  readonly now: () => number;
}

const BEARER = /^Bearer ([\w-]+\.[\w-]+\.[\w-]*)$/i;
const FETCH_MS = 5000;
/** The longest name of an account. */
const MAX_SUBJECT = 256;

/** @throws IssuerError `key-set-unreadable` */
export async function keySetOf(source: KeySetSource): Promise<JWTVerifyGetKey> {
  if ('url' in source) return createRemoteJWKSet(new URL(source.url), { timeoutDuration: FETCH_MS });
  try {
    return createLocalJWKSet(JSON.parse(await readFile(source.file, 'utf8')));
  } catch (cause) {
    throw new IssuerError('key-set-unreadable', `${source.file} is not a JSON Web Key set.`, { cause });
  }
}

export class AppTokens implements Attester {
  readonly #options: AppTokensOptions;

  constructor(options: AppTokensOptions) {
    this.#options = options;
  }

  claims(request: AttestedRequest): boolean {
    return fieldOf(request, 'authorization') !== undefined;
  }

  async attest(request: AttestedRequest): Promise<Attested> {
    const token = BEARER.exec(fieldOf(request, 'authorization') ?? '')?.[1];
    if (token === undefined) throw refused('app-token-malformed');
    const { issuer, audience, algorithms, keys, clockSkewSeconds, now } = this.#options;
    try {
      const { payload } = await jwtVerify(token, keys, {
        issuer,
        audience,
        algorithms: [...algorithms],
        requiredClaims: ['exp', 'sub'],
        clockTolerance: clockSkewSeconds,
        currentDate: new Date(now() * 1000),
      });
      const { sub } = payload;
      if (typeof sub !== 'string' || sub === '' || sub.length > MAX_SUBJECT)
        throw refused('app-token-claims');
      return { account: accountId('app-token', sub) };
    } catch (error) {
      throw error instanceof IssuerError ? error : explained(error);
    }
  }
}

const REASONS: readonly (readonly [new (...parameters: never[]) => Error, IssuerErrorDetail])[] = [
  [errors.JWTExpired, 'app-token-expired'],
  [errors.JOSEAlgNotAllowed, 'app-token-algorithm'],
  [errors.JOSENotSupported, 'app-token-algorithm'],
  [errors.JWKSNoMatchingKey, 'app-token-unknown-key'],
  [errors.JWKSMultipleMatchingKeys, 'app-token-unknown-key'],
  [errors.JWSSignatureVerificationFailed, 'app-token-bad-signature'],
  [errors.JWSInvalid, 'app-token-malformed'],
  [errors.JWTInvalid, 'app-token-malformed'],
];
const CLAIMS: Readonly<Record<string, IssuerErrorDetail>> = {
  iss: 'app-token-wrong-issuer',
  aud: 'app-token-wrong-audience',
  nbf: 'app-token-not-yet-valid',
};

function explained(error: unknown): IssuerError {
  if (error instanceof errors.JWTClaimValidationFailed)
    return refused(CLAIMS[error.claim] ?? 'app-token-claims', error);
  const reason = REASONS.find(([kind]) => error instanceof kind);
  if (reason) return refused(reason[1], error);
  return new IssuerError('account-check-unavailable', 'The app’s keys cannot be had now.', {
    retryAfter: 10,
    cause: error,
  });
}

function refused(detail: IssuerErrorDetail, cause?: unknown): IssuerError {
  return new IssuerError('account-refused', 'The app token is not accepted.', { detail, cause });
}
