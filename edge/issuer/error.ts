/** Why the issuer refuses a request, or does not start, beside what any party may say. */
export type IssuerErrorCode =
  | 'request-malformed'
  | 'media-type-unsupported'
  | 'body-too-large'
  | 'headers-too-large'
  | 'request-timeout'
  /** The request can be read, but no token can be made of it (RFC 9578 §6.2); `detail` says why. */
  | 'token-request-refused'
  /** No credential that this issuer takes. */
  | 'account-missing'
  /** The credential does not hold; `detail` says why. */
  | 'account-refused'
  /** Whether it holds cannot be found out now. */
  | 'account-check-unavailable'
  | 'quota-exhausted'
  /** No key for the current epoch, or no database. */
  | 'issuer-not-ready'
  | 'state-unusable'
  | 'state-other-epochs'
  | 'key-set-unreadable'
  | 'internal';

/** What is behind `token-request-refused`, `account-refused` and `request-malformed`, beside wire's codes. */
export type IssuerErrorDetail =
  | 'token-type-unsupported'
  | 'token-truncated'
  | 'token-request-malformed'
  | 'token-key-unknown'
  | 'blinded-message-invalid'
  | 'batch-too-large'
  | 'proof-malformed'
  | 'proof-wrong-content'
  | 'proof-wrong-time'
  | 'proof-bad-signature'
  | 'proof-replayed'
  | 'app-token-malformed'
  | 'app-token-algorithm'
  | 'app-token-unknown-key'
  | 'app-token-bad-signature'
  | 'app-token-wrong-issuer'
  | 'app-token-wrong-audience'
  | 'app-token-not-yet-valid'
  | 'app-token-expired'
  | 'app-token-claims';

export interface IssuerErrorOptions extends ErrorOptions {
  readonly detail?: IssuerErrorDetail;
  /** When it makes sense to try again, in seconds. */
  readonly retryAfter?: number;
}

/** An error of the issuer. Its message is written for whoever calls or runs it and never quotes a request. */
export class IssuerError extends Error {
  override readonly name = 'IssuerError';
  readonly code: IssuerErrorCode;
  readonly detail: IssuerErrorDetail | undefined;
  readonly retryAfter: number | undefined;

  constructor(code: IssuerErrorCode, message: string, options: IssuerErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.detail = options.detail;
    this.retryAfter = options.retryAfter;
  }
}
