/** How the server says no: problem details (RFC 9457) with a stable code, and nothing of the request. */
import { httpErrorOf, type Problem, problemDocument } from '../wire/node/problem.js';
import { ServerError, type ServerErrorCode } from './error.js';

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
  'environment-not-empty': 500,
  'arguments-not-empty': 500,
  'port-in-use': 500,
  'listen-failed': 500,
  internal: 500,
};

/** The problem document of an error. */
export function problemOf(error: ServerError): Problem {
  return problemDocument(error, statuses[error.code]);
}

/** Our own error for whatever was thrown. What is not ours is told only as far as HTTP itself is concerned. */
export function asServerError(error: unknown): ServerError {
  if (error instanceof ServerError) return error;
  const wrong = httpErrorOf(error);
  if (wrong) return new ServerError(wrong.code, wrong.message);
  return new ServerError('internal', 'The server made a mistake.', { cause: error });
}
