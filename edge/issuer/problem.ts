/** How the issuer says no: problem details (RFC 9457) with a stable code. */
import { httpErrorOf, type Problem, problemDocument } from '../../wire/node/problem.js';
import { StoreError } from '../store/index.js';
import { IssuerError, type IssuerErrorCode } from './error.js';

const statuses: Readonly<Record<IssuerErrorCode, number>> = {
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
  'issuer-not-ready': 503,
  'state-unusable': 500,
  'state-other-epochs': 500,
  'key-set-unreadable': 500,
  internal: 500,
};

/** The problem document of an error. */
export function problemOf(error: IssuerError): Problem {
  return problemDocument(error, statuses[error.code]);
}

/** Our own error for whatever was thrown. What is not ours is told only as far as HTTP itself is concerned. */
export function asIssuerError(error: unknown): IssuerError {
  if (error instanceof IssuerError) return error;
  if (error instanceof StoreError)
    return new IssuerError('issuer-not-ready', 'The issuer cannot count now.', {
      retryAfter: 5,
      cause: error,
    });
  const wrong = httpErrorOf(error);
  if (wrong) return new IssuerError(wrong.code, wrong.message);
  return new IssuerError('internal', 'The issuer made a mistake.', { cause: error });
}
