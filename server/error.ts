/** Why the server refuses something before, or outside of, a sealed request. */
export type ServerErrorCode =
  | 'not-found'
  | 'request-malformed'
  | 'media-type-unsupported'
  | 'body-too-large'
  | 'headers-too-large'
  | 'request-timeout'
  | 'request-refused'
  | 'session-unknown'
  | 'session-used'
  | 'session-expired'
  | 'sessions-full'
  | 'server-busy'
  | 'server-stopping'
  | 'attestation-unavailable'
  | 'peer-required'
  | 'peer-refused'
  | 'engine-failed'
  | 'environment-not-empty'
  | 'arguments-not-empty'
  | 'port-in-use'
  | 'listen-failed'
  | 'internal';

/** An error of the server. Its message is written for whoever calls or runs it and never quotes content. */
export class ServerError extends Error {
  override readonly name = 'ServerError';
  readonly code: ServerErrorCode;
  /** When it makes sense to try again, in seconds. */
  readonly retryAfter: number | undefined;
  /** The code of the part of ours that found the reason. */
  readonly detail: string | undefined;

  constructor(
    code: ServerErrorCode,
    message: string,
    options: ErrorOptions & { readonly retryAfter?: number; readonly detail?: string } = {},
  ) {
    super(message, options);
    this.code = code;
    this.retryAfter = options.retryAfter;
    this.detail = options.detail;
  }
}
