/** Why a party outside of the confidential VM refuses something. */
export type EdgeErrorCode =
  | 'not-found'
  | 'request-malformed'
  | 'request-timeout'
  | 'media-type-unsupported'
  | 'body-too-large'
  | 'headers-too-large'
  | 'address-limited'
  | 'gateway-unavailable'
  | 'keys-unavailable'
  | 'key-unknown'
  | 'request-refused'
  | 'token-missing'
  | 'token-malformed'
  | 'token-refused'
  | 'token-spent'
  | 'spent-set-unavailable'
  | 'route-refused'
  | 'vm-unavailable'
  | 'entry-refused'
  | 'ledger-behind'
  | 'checkpoint-unsigned'
  | 'checkpoint-conflict'
  | 'checkpoint-inconsistent'
  | 'server-stopping'
  | 'state-unusable'
  | 'port-in-use'
  | 'listen-failed'
  | 'internal';

/** An error of a party. Its message is for whoever calls or runs it and quotes nothing of a request. */
export class EdgeError extends Error {
  override readonly name = 'EdgeError';
  readonly code: EdgeErrorCode;
  /** When it makes sense to try again, in seconds. */
  readonly retryAfter: number | undefined;
  /** The code of the part that found the reason. */
  readonly detail: string | undefined;

  constructor(
    code: EdgeErrorCode,
    message: string,
    options: ErrorOptions & {
      readonly retryAfter?: number | undefined;
      readonly detail?: string | undefined;
    } = {},
  ) {
    super(message, options);
    this.code = code;
    this.retryAfter = options.retryAfter;
    this.detail = options.detail;
  }
}
