import type { WireErrorCode } from '../../wire/index.js';

/** Why a token is not accepted. */
export type TokenErrorCode =
  /** Its bytes are none: wire's own codes. */
  | Extract<WireErrorCode, 'token-truncated' | 'token-malformed' | 'token-type-unsupported'>
  /** It answers another challenge: another issuer's, or for another origin. */
  | 'token-wrong-challenge'
  /** No key that the issuer lists has this id. */
  | 'token-unknown-key'
  /** The key's time has not come. */
  | 'token-not-yet-valid'
  /** The key's time is over. */
  | 'token-expired'
  /** The issuer did not sign it. */
  | 'token-bad-signature';

/** A token that is not accepted. Its message says why and tells nothing of the token. */
export class TokenError extends Error {
  override readonly name = 'TokenError';
  readonly code: TokenErrorCode;

  constructor(code: TokenErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
