/** The port that the server is going to listen on. */
import { createServer } from 'node:net';
import { type Address, listenRefusal } from '../wire/node/listen.js';
import { ServerError } from './error.js';

/**
 * Finds out whether the server could listen, before it loads what takes long. It does not keep the port: nobody is to find
 * it open while there is nothing behind it.
 *
 * @throws ServerError `port-in-use`, `listen-failed`
 */
export async function requirePort(address: Address): Promise<void> {
  const probe = createServer();
  await new Promise<void>((resolve, reject) => {
    probe.once('error', (cause) => reject(listenError(cause, address)));
    probe.listen({ host: address.host, port: address.port }, () => probe.close(() => resolve()));
  });
}

/** Our error for whatever listening failed with. */
export function listenError(cause: unknown, address: Address): ServerError {
  const { code, message } = listenRefusal(cause, address, 'The server');
  return new ServerError(code, message, { cause });
}
