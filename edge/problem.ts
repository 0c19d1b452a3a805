/** How a party says no: problem details (RFC 9457) with a stable code, and nothing of the request. */
import { EdgeError, type EdgeErrorCode } from './error.js';

export const PROBLEM_TYPE = 'application/problem+json';

const statuses: Readonly<Record<EdgeErrorCode, number>> = {
  'not-found': 404,
  'request-malformed': 400,
  'request-timeout': 408,
  'media-type-unsupported': 415,
  'body-too-large': 413,
  'headers-too-large': 431,
  'address-limited': 429,
  'gateway-unavailable': 502,
  'keys-unavailable': 503,
  'key-unknown': 400,
  'request-refused': 400,
  'token-missing': 401,
  'token-malformed': 401,
  'token-refused': 401,
  'token-spent': 409,
  'spent-set-unavailable': 503,
  'route-refused': 410,
  'vm-unavailable': 503,
  'vm-refused': 502,
  'server-stopping': 503,
  'state-unusable': 500,
  'port-in-use': 500,
  'listen-failed': 500,
  internal: 500,
};

/** RFC 9458 §6.4: tells a client that it should fetch the key configuration again. */
const OHTTP_KEY_PROBLEM = 'https://iana.org/assignments/http-problem-types#ohttp-key';

export interface Problem {
  readonly status: number;
  /** JSON. */
  readonly body: string;
  /** In seconds. */
  readonly retryAfter: number | undefined;
}

export function problemOf({ code, message, detail, retryAfter }: EdgeError): Problem {
  const status = statuses[code];
  const type = code === 'key-unknown' ? OHTTP_KEY_PROBLEM : 'about:blank';
  return { status, body: JSON.stringify({ type, title: message, status, code, detail }), retryAfter };
}

const causes: Readonly<Record<string, EdgeError>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: new EdgeError(
    'body-too-large',
    'The request is larger than any that is taken.',
  ),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: new EdgeError(
    'media-type-unsupported',
    'The request has another media type than this path takes.',
  ),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: new EdgeError('request-malformed', 'The request has a wrong length.'),
  HPE_HEADER_OVERFLOW: new EdgeError('headers-too-large', 'The headers are larger than any that are taken.'),
  ERR_HTTP_REQUEST_TIMEOUT: new EdgeError('request-timeout', 'The request took too long to arrive.'),
};

/** Our own error for whatever was thrown. What is not ours is told only as far as HTTP itself is concerned. */
export function asEdgeError(error: unknown): EdgeError {
  if (error instanceof EdgeError) return error;
  const { code, statusCode } = Object(error) as { readonly code?: unknown; readonly statusCode?: unknown };
  const known = typeof code === 'string' ? causes[code] : undefined;
  if (known) return known;
  if (typeof code === 'string' && code.startsWith('HPE_'))
    return new EdgeError('request-malformed', 'This is not HTTP.');
  if (statusCode === 400) return new EdgeError('request-malformed', 'The request is malformed.');
  return new EdgeError('internal', 'The server made a mistake.', { cause: error });
}
