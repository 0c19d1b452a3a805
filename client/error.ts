import type { Verdict } from '../attestation/index.js';
import type { SessionEvidence } from './evidence.js';

/** Why the client stopped. Each of them means that nothing further was sent. */
export type ClientErrorCode =
  /** The server's address is not one. */
  | 'url-invalid'
  /** No answer, or the connection broke. */
  | 'network-failed'
  /** Direct RA-TLS: the server ended the TLS handshake; it has no evidence to show now, or wants another name. */
  | 'handshake-refused'
  /** The server answered that it does not want to; `detail` is its code. */
  | 'server-refused'
  /**
   * The evidence does not hold; `detail` is the first failed check's code, `verdict` has all of them, and `evidence` is
   * what they are about.
   */
  | 'attestation-failed'
  /** What is proved to be in the log is not enough, or nothing is proved; `detail` is the log's code. */
  | 'ledger-refused'
  /** The policy leaves the measurements to a log, and none was given. */
  | 'ledger-missing'
  /** There is nothing in the request that could be worked on, or too much; `detail` says which. */
  | 'request-invalid'
  /** Advanced Chat Privacy is on in a chat that some of the text comes from; `detail` is the use: `ai`, `export`, `auto-download`. */
  | 'chat-protected'
  /** It is not known whether Advanced Chat Privacy is on: `no-origin`, `not-a-member`, `state-stale`, `state-behind`. */
  | 'privacy-unproven'
  /** A chat's state was not taken: it is older than what is known. */
  | 'privacy-refused'
  /** What came back is not an answer to what was asked; `detail` is the codec's code. */
  | 'answer-malformed'
  /** The answer ended too early: what came of it is not all. */
  | 'answer-truncated'
  /** The server opened the request and could not do it; `detail` is the engine's code. */
  | 'task-failed'
  /** There is no token left, and the issuer gave none. */
  | 'token-unavailable'
  /** The issuer answered that it does not want to; `detail` is its code: `quota-exhausted`, `account-refused`'s own. */
  | 'issuer-refused'
  /** The issuer does not show everybody the same key, or does not sign with it: it might tell users apart. */
  | 'issuer-key-mismatch'
  /** A public key is not the same for everybody; `detail` says whose. */
  | 'key-mismatch'
  /** A session is good for one request. */
  | 'session-used'
  | 'session-expired'
  /** The caller's own signal. */
  | 'aborted';

export interface ClientErrorOptions extends ErrorOptions {
  readonly detail?: string | undefined;
  readonly verdict?: Verdict;
  readonly evidence?: SessionEvidence;
  readonly retryAfter?: number | undefined;
}

/** An error of the SDK. Its message never quotes what anybody wrote. */
export class ClientError extends Error {
  override readonly name = 'ClientError';
  readonly code: ClientErrorCode;
  /** The stable code of what lies behind it. */
  readonly detail: string | undefined;
  readonly verdict: Verdict | undefined;
  readonly evidence: SessionEvidence | undefined;
  /** When it makes sense to try again, in seconds. */
  readonly retryAfter: number | undefined;

  constructor(code: ClientErrorCode, message: string, options: ClientErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.detail = options.detail;
    this.verdict = options.verdict;
    this.evidence = options.evidence;
    this.retryAfter = options.retryAfter;
  }
}

/** The error that a verdict is, when it is not ok. */
export function untrusted(verdict: Verdict, evidence?: SessionEvidence): ClientError {
  const failed = verdict.checks.find((check) => !check.ok);
  return new ClientError(
    'attestation-failed',
    `The server was not trusted, and nothing was sent: ${failed?.detail ?? 'no check passed'}.`,
    { detail: failed?.code, verdict, ...(evidence ? { evidence } : {}) },
  );
}
