/** A TLS 1.3 connection that nobody gets hold of before the evidence over its own nonce and key was verified. */
import { constants } from 'node:crypto';
import { connect, type TLSSocket } from 'node:tls';
import {
  type AttestationPolicy,
  type TrustRoots,
  type Verdict,
  verifyDirect,
} from '../../attestation/index.js';
import { DIRECT_ALPN, directName, NONCE_SIZE } from '../../wire/index.js';
import { ClientError, untrusted } from '../error.js';

export interface RatlsOptions {
  /** What is accepted of genuine evidence. */
  readonly policy: AttestationPolicy;
  /** AMD's and Intel's own roots when left out. */
  readonly roots?: TrustRoots;
  /** The verifier's clock; the system's when left out. */
  readonly now?: () => Date;
}

/** Where a connection goes to. */
export interface RatlsTarget {
  readonly host: string;
  readonly port: number;
  readonly signal?: AbortSignal;
}

export interface RatlsConnection {
  /** Connected, and nothing was written to it yet. */
  readonly socket: TLSSocket;
  /** What was verified. */
  readonly verdict: Verdict;
}

/**
 * Connects with a fresh nonce and verifies the evidence that the server's certificate carries over it.
 *
 * Verifying takes WebCrypto, which is asynchronous, and Node calls `checkServerIdentity` synchronously and only for
 * certificates of a known authority. So this function, and not a TLS option, stands between the handshake and the first
 * byte: until the verdict is in it alone has the socket.
 *
 * @throws ClientError `attestation-failed` (with the verdict), `handshake-refused`, `network-failed`, `aborted`
 * @throws AttestationError `policy-invalid`
 */
export async function connectRatls(options: RatlsOptions & RatlsTarget): Promise<RatlsConnection> {
  const { policy, roots = {}, now = () => new Date(), signal } = options;
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_SIZE));
  const socket = await handshake(options, directName(nonce));
  try {
    const certificate = new Uint8Array(socket.getPeerX509Certificate()!.raw);
    const verdict = await verifyDirect({ certificate, nonce, roots, policy, now: now() });
    if (!verdict.ok) throw untrusted(verdict);
    if (signal?.aborted) throw broken(signal.reason, signal);
    return { socket, verdict };
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

/** A complete handshake with whoever is there. */
function handshake({ host, port, signal }: RatlsTarget, servername: string): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) throw broken(signal.reason, signal);
    const socket = connect({
      host,
      port,
      servername,
      ALPNProtocols: [DIRECT_ALPN],
      minVersion: 'TLSv1.3',
      // The certificate is nobody's but its own. That the server has its key, TLS itself has verified
      // (RFC 8446 §4.4.3); what the key is, only evidence can say.
      rejectUnauthorized: false,
      // A resumed connection would have no certificate.
      secureOptions: constants.SSL_OP_NO_TICKET,
    });
    const abort = () => socket.destroy(new Error('aborted'));
    const failed = (cause: unknown) => {
      signal?.removeEventListener('abort', abort);
      reject(broken(cause, signal));
    };
    signal?.addEventListener('abort', abort, { once: true });
    // It stays: between the handshake and the verdict nobody else listens to what becomes of the connection.
    socket.once('error', failed);
    socket.once('secureConnect', () => {
      signal?.removeEventListener('abort', abort);
      resolve(socket);
    });
  });
}

function broken(cause: unknown, signal: AbortSignal | undefined): ClientError {
  if (signal?.aborted) return new ClientError('aborted', 'The connection was given up.', { cause });
  if (String((cause as NodeJS.ErrnoException).code).startsWith('ERR_SSL_')) {
    return new ClientError(
      'handshake-refused',
      'The server ended the TLS handshake: it has no evidence to show now, or this is not its port for RA-TLS.',
      { cause },
    );
  }
  return new ClientError('network-failed', 'The server cannot be reached, or the connection broke.', {
    cause,
  });
}
