import {
  encodeSessionOpen,
  KEM_X25519,
  KEM_XWING,
  type KemId,
  NONCE_SIZE,
  SESSION_TYPE,
} from '../wire/index.js';
import { ClientError, untrusted } from './error.js';
import { type Fetch, post, readAtMost } from './http.js';
import { Session } from './session.js';
import { type MachineTrust, requireTrust, trustOf } from './trust.js';
import { judge, parseAnswer } from './verify.js';

export type ConnectOptions = MachineTrust & ConnectionOptions;

export interface ConnectionOptions {
  /** Of the server, without a path: `https://ai.example`. */
  readonly url: string;
  /** The key encapsulations to offer, the best one first. X-Wing, then X25519, when left out. */
  readonly kems?: readonly KemId[];
  readonly signal?: AbortSignal;
  /** The platform's `fetch` when left out. */
  readonly fetch?: Fetch;
  /** The verifier's clock; the system's when left out. */
  readonly now?: () => Date;
}

/** Evidence with its certificates and an audit path takes some ten kilobytes. */
const MAX_ANSWER_BYTES = 256 * 1024;

/**
 * Opens a session with a fresh nonce and verifies the hardware's evidence over that nonce and the session's own key.
 * @throws ClientError `attestation-failed` (with verdict and evidence), `ledger-refused`, `ledger-missing`, `url-invalid`, `network-failed`, `server-refused`,
 *   `answer-malformed`, `aborted`
 * @throws AttestationError `policy-invalid`
 */
export async function connect(options: ConnectOptions): Promise<Session> {
  requireTrust(options);
  const { kems = [KEM_XWING, KEM_X25519], signal, now = () => new Date() } = options;
  const fetchWith: Fetch = options.fetch ?? ((target, init) => fetch(target, init));
  const url = originOf(options.url);
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_SIZE));
  const response = await post(fetchWith, {
    url: `${url}/v1/sessions`,
    type: SESSION_TYPE,
    body: encodeSessionOpen({ nonce, kems }),
    answer: SESSION_TYPE,
    signal,
  });
  const bytes = await readAtMost(response, MAX_ANSWER_BYTES, signal);
  const { answer, kem } = parseAnswer(bytes);
  // A server must not choose a key that we did not ask for.
  if (!kems.includes(kem)) {
    throw new ClientError('answer-malformed', 'The server chose a key encapsulation that was not offered.');
  }
  const evidence = { answer: bytes, nonce };
  const { verdict, release } = await judge({ ...trustOf(options), ...evidence, now: now() }, answer);
  if (!verdict.ok) throw untrusted(verdict, evidence);
  const expires = new Date(now().getTime() + answer.ttlSeconds * 1000);
  return new Session({ url, fetch: fetchWith, answer, verdict, release, evidence, expires, now });
}

function originOf(url: string): string {
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch (cause) {
    throw new ClientError('url-invalid', 'The address of the server is not a URL.', { cause });
  }
  const plain =
    parsed.pathname === '/' && parsed.search === '' && parsed.hash === '' && parsed.username === '';
  if (!plain || !/^https?:$/.test(parsed.protocol)) {
    throw new ClientError(
      'url-invalid',
      'The address of the server is http(s)://host:port, and nothing more.',
    );
  }
  return parsed.origin;
}
