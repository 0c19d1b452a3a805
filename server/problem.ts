/** How the server says no: problem details (RFC 9457) with a stable code, and nothing of the request. */
import { ServerError, type ServerErrorCode } from './error.js';

export const PROBLEM_TYPE = 'application/problem+json';

const statuses: Readonly<Record<ServerErrorCode, number>> = {
  'not-found': 404,
  'request-malformed': 400,
  'media-type-unsupported': 415,
  'body-too-large': 413,
  'headers-too-large': 431,
  'request-timeout': 408,
  'request-refused': 400,
  'session-unknown': 404,
  'session-used': 409,
  'session-expired': 410,
  'sessions-full': 503,
  'server-busy': 503,
  'server-stopping': 503,
  'attestation-unavailable': 503,
  'peer-required': 403,
  'peer-refused': 403,
  'engine-failed': 503,
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
export function problemOf({ code, message, detail, retryAfter }: ServerError): Problem {
  const status = statuses[code];
  const body = JSON.stringify({ type: 'about:blank', title: message, status, code, detail });
  return { status, body, retryAfter };
}

const causes: Readonly<Record<string, ServerError>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: new ServerError(
    'body-too-large',
    'The request is larger than any that is taken.',
  ),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: new ServerError(
    'media-type-unsupported',
    'The request has another media type than this path takes.',
  ),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: new ServerError('request-malformed', 'The request has a wrong length.'),
  HPE_HEADER_OVERFLOW: new ServerError(
    'headers-too-large',
    'The headers are larger than any that are taken.',
  ),
  ERR_HTTP_REQUEST_TIMEOUT: new ServerError('request-timeout', 'The request took too long to arrive.'),
};

/** Our own error for whatever was thrown. What is not ours is told only as far as HTTP itself is concerned. */
export function asServerError(error: unknown): ServerError {
  if (error instanceof ServerError) return error;
  const { code, statusCode } = error as { readonly code?: unknown; readonly statusCode?: unknown };
  const known = typeof code === 'string' ? causes[code] : undefined;
  if (known) return known;
  if (typeof code === 'string' && code.startsWith('HPE_'))
    return new ServerError('request-malformed', 'This is not HTTP.');
  if (statusCode === 400) return new ServerError('request-malformed', 'The request is malformed.');
  return new ServerError('internal', 'The server made a mistake.', { cause: error });
}
