/** How the issuer says no: problem details (RFC 9457) with a stable code. */
import { StoreError } from '../store/index.js';
import { IssuerError, type IssuerErrorCode } from './error.js';

export const PROBLEM_TYPE = 'application/problem+json';

const statuses: Readonly<Record<IssuerErrorCode, number>> = {
  'not-found': 404,
  'request-malformed': 400,
  'media-type-unsupported': 415,
  'body-too-large': 413,
  'headers-too-large': 431,
  'request-timeout': 408,
  'token-request-refused': 422,
  'account-missing': 403,
  'account-refused': 403,
  'account-check-unavailable': 503,
  'quota-exhausted': 429,
  'issuer-stopping': 503,
  'issuer-not-ready': 503,
  'state-unusable': 500,
  'state-other-epochs': 500,
  'key-set-unreadable': 500,
  'port-in-use': 500,
  'listen-failed': 500,
  internal: 500,
};

export interface Problem {
  readonly status: number;
  /** JSON. */
  readonly body: string;
  /** In seconds. */
  readonly retryAfter: number | undefined;
}

/** The problem document of an error. */
export function problemOf({ code, message, detail, retryAfter }: IssuerError): Problem {
  const status = statuses[code];
  const body = JSON.stringify({ type: 'about:blank', title: message, status, code, detail });
  return { status, body, retryAfter };
}

const causes: Readonly<Record<string, IssuerError>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: new IssuerError(
    'body-too-large',
    'The request is larger than any that is taken.',
  ),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: new IssuerError(
    'media-type-unsupported',
    'The request has another media type than this path takes.',
  ),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: new IssuerError('request-malformed', 'The request has a wrong length.'),
  HPE_HEADER_OVERFLOW: new IssuerError(
    'headers-too-large',
    'The headers are larger than any that are taken.',
  ),
  ERR_HTTP_REQUEST_TIMEOUT: new IssuerError('request-timeout', 'The request took too long to arrive.'),
};

/** Our own error for whatever was thrown. What is not ours is told only as far as HTTP itself is concerned. */
export function asIssuerError(error: unknown): IssuerError {
  if (error instanceof IssuerError) return error;
  if (error instanceof StoreError)
    return new IssuerError('issuer-not-ready', 'The issuer cannot count now.', {
      retryAfter: 5,
      cause: error,
    });
  const { code, statusCode } = error as { readonly code?: unknown; readonly statusCode?: unknown };
  const known = typeof code === 'string' ? causes[code] : undefined;
  if (known) return known;
  if ((typeof code === 'string' && code.startsWith('HPE_')) || statusCode === 400)
    return new IssuerError('request-malformed', 'The request is malformed.');
  return new IssuerError('internal', 'The issuer made a mistake.', { cause: error });
}
