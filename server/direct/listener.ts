/**
 * Direct RA-TLS: TLS 1.3 straight to the VM. The client's nonce is in the server name, and the certificate is made for
 * the connection, with evidence over that nonce. There is no other certificate, so that whatever goes wrong on the way
 * to one ends the handshake.
 */
import { constants } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { createServer, type SecureContext, type TLSSocket, type Server as TlsServer } from 'node:tls';
import { DIRECT_ALPN, nonceOfDirectName, WireError } from '../../wire/index.js';
import type { Attestor } from '../attestor.js';
import { ServerError } from '../error.js';
import type { Limits } from '../limits.js';
import type { Log } from '../log.js';
import { credentialFor } from './credential.js';
import { Refusals } from './refusals.js';

export interface DirectParts {
  readonly attestor: Pick<Attestor, 'prove'>;
  readonly limits: Pick<Limits, 'connections' | 'handshakes' | 'handshakeMs'>;
  readonly log: Log;
  /** Takes over a connection whose handshake is complete. */
  readonly take: (socket: TLSSocket) => void;
}

/** OpenSSL's words for having nothing to sign with: ours when there is no nonce, or no evidence. */
const NO_CERTIFICATE = 'ERR_SSL_NO_SUITABLE_SIGNATURE_ALGORITHM';
const TIMEOUT = 'ERR_TLS_HANDSHAKE_TIMEOUT';

export class DirectListener {
  readonly #parts: DirectParts;
  readonly #server: TlsServer;
  readonly #sockets = new Set<Socket>();
  #making = 0;

  constructor(parts: DirectParts) {
    this.#parts = parts;
    const refusals = new Refusals(parts.log);
    this.#server = createServer(
      {
        minVersion: 'TLSv1.3',
        maxVersion: 'TLSv1.3',
        ALPNProtocols: [DIRECT_ALPN],
        // A resumed connection has no certificate, and so no evidence. Without this option tickets would be good.
        secureOptions: constants.SSL_OP_NO_TICKET,
        handshakeTimeout: parts.limits.handshakeMs,
        SNICallback: (name, done) => void this.#certify(name).then((context) => done(null, context), done),
      },
      parts.take,
    );
    this.#server.maxConnections = parts.limits.connections;
    this.#server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    this.#server.on('drop', () => refusals.count('connections-full'));
    this.#server.on('tlsClientError', ({ code }: NodeJS.ErrnoException, socket) => {
      socket.destroy(); // Node leaves a handshake that has timed out as it is.
      if (code === NO_CERTIFICATE) refusals.count('no-certificate');
      else refusals.count(code === TIMEOUT ? 'handshake-timeout' : 'handshake-failed');
    });
  }

  /** @returns the port @throws what the operating system has against it */
  async listen(host: string, port: number): Promise<number> {
    this.#server.listen(port, host);
    await once(this.#server, 'listening');
    const { port: bound } = this.#server.address() as AddressInfo;
    this.#parts.log({ event: 'direct-started', port: bound });
    return bound;
  }

  /** Takes no new connection, and waits for the others to end. */
  async close(): Promise<void> {
    if (!this.#server.listening) return;
    this.#server.close();
    await once(this.#server, 'close');
  }

  /** Ends every connection. */
  closeAllConnections(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** The certificate of a connection, or none: then there is nothing that the handshake could go on with. */
  async #certify(name: string): Promise<SecureContext | undefined> {
    const { attestor, limits } = this.#parts;
    if (this.#making >= limits.handshakes) return undefined;
    this.#making++;
    try {
      return await credentialFor(nonceOfDirectName(name), attestor);
    } catch (error) {
      if (error instanceof WireError || error instanceof ServerError) return undefined;
      throw error;
    } finally {
      this.#making--;
    }
  }
}
