/** TLS servers that nobody should trust, and what they get to see of their clients. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createSecureContext, createServer, type TlsOptions } from 'node:tls';
import { pem } from '../../../server/direct/pem.js';
import { nonceOfDirectName } from '../../../wire/index.js';
import type { Credential } from './vm.js';

export interface TestTlsServer {
  readonly port: number;
  /** How many there were, whatever became of them. */
  readonly connections: () => number;
  /** Waits until every connection is closed. @returns how many bytes of application data came */
  readonly received: () => Promise<number>;
  readonly close: () => Promise<void>;
}

/** A server that shows for each nonce what `credential` makes of it, and answers what it is sent. */
export async function tlsServer(
  credential: (nonce: Uint8Array) => Promise<Credential>,
  options: TlsOptions = {},
): Promise<TestTlsServer> {
  let bytes = 0;
  const closed: Promise<unknown>[] = [];
  const server = createServer(
    {
      ...options,
      SNICallback(name, done) {
        credential(nonceOfDirectName(name)).then(
          ({ key, certificate }) =>
            done(
              null,
              createSecureContext({ key: pem('PRIVATE KEY', key), cert: pem('CERTIFICATE', certificate) }),
            ),
          done,
        );
      },
    },
    (socket) => {
      socket.on('error', () => undefined);
      socket.on('data', (data) => {
        bytes += data.length;
        socket.write('HTTP/1.1 204 No Content\r\n\r\n');
      });
    },
  );
  server.on('connection', (socket) => closed.push(new Promise((resolve) => socket.once('close', resolve))));
  server.on('tlsClientError', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => closed.length,
    async received() {
      await Promise.all(closed);
      return bytes;
    },
    async close() {
      server.close();
      await once(server, 'close');
    },
  };
}
