/** How a party says no: problem details (RFC 9457) with a stable code, and nothing of the request. */
import { httpErrorOf, type Problem, problemDocument } from '../wire/node/problem.js';
import { EdgeError, type EdgeErrorCode } from './error.js';

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
  'entry-refused': 400,
  'ledger-behind': 503,
  'checkpoint-unsigned': 403,
  'checkpoint-conflict': 409,
  'checkpoint-inconsistent': 422,
  'server-stopping': 503,
  'state-unusable': 500,
  'port-in-use': 500,
  'listen-failed': 500,
  internal: 500,
};

/** RFC 9458 §6.4: tells a client that it should fetch the key configuration again. */
const OHTTP_KEY_PROBLEM = 'https://iana.org/assignments/http-problem-types#ohttp-key';

export function problemOf(error: EdgeError): Problem {
  const type = error.code === 'key-unknown' ? OHTTP_KEY_PROBLEM : undefined;
  return problemDocument(error, statuses[error.code], type);
}

/** Our own error for whatever was thrown. What is not ours is told only as far as HTTP itself is concerned. */
export function asEdgeError(error: unknown): EdgeError {
  if (error instanceof EdgeError) return error;
  const wrong = httpErrorOf(error);
  if (wrong) return new EdgeError(wrong.code, wrong.message);
  return new EdgeError('internal', 'The server made a mistake.', { cause: error });
}
