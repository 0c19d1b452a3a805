/** How our servers say no: problem details (RFC 9457) with a stable code, and nothing of the request. */

export const PROBLEM_TYPE = 'application/problem+json';

export interface Problem {
  readonly status: number;
  /** JSON. */
  readonly body: string;
  /** In seconds. */
  readonly retryAfter: number | undefined;
}

/** What a problem document is made of. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly detail: string | undefined;
  readonly retryAfter: number | undefined;
}

/** The problem document of a refusal. */
export function problemDocument(refusal: Refusal, status: number, type = 'about:blank'): Problem {
  const { code, message, detail, retryAfter } = refusal;
  return { status, body: JSON.stringify({ type, title: message, status, code, detail }), retryAfter };
}

/** What can be wrong with a request before anybody has looked into it. */
export type HttpErrorCode =
  | 'request-malformed'
  | 'request-timeout'
  | 'media-type-unsupported'
  | 'body-too-large'
  | 'headers-too-large';

export interface HttpError {
  readonly code: HttpErrorCode;
  readonly message: string;
}

const known: Readonly<Record<string, HttpError>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: {
    code: 'body-too-large',
    message: 'The request is larger than any that is taken.',
  },
  FST_ERR_CTP_INVALID_MEDIA_TYPE: {
    code: 'media-type-unsupported',
    message: 'The request has another media type than this path takes.',
  },
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: {
    code: 'request-malformed',
    message: 'The request has a wrong length.',
  },
  HPE_HEADER_OVERFLOW: {
    code: 'headers-too-large',
    message: 'The headers are larger than any that are taken.',
  },
  ERR_HTTP_REQUEST_TIMEOUT: { code: 'request-timeout', message: 'The request took too long to arrive.' },
};

/** What Node or fastify found wrong with a request; nothing when the error is about something else. */
export function httpErrorOf(error: unknown): HttpError | undefined {
  const { code, statusCode } = Object(error) as { readonly code?: unknown; readonly statusCode?: unknown };
  const name = typeof code === 'string' ? code : '';
  if (Object.hasOwn(known, name)) return known[name];
  if (name.startsWith('HPE_')) return { code: 'request-malformed', message: 'This is not HTTP.' };
  if (statusCode === 400) return { code: 'request-malformed', message: 'The request is malformed.' };
  return undefined;
}
