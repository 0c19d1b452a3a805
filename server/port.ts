/** The port that the server is going to listen on. */
import { createServer } from 'node:net';
import { ServerError } from './error.js';

interface Address {
  readonly host: string;
  /** 0 for any that is free. */
  readonly port: number;
}

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
export function listenError(cause: unknown, { host, port }: Address): ServerError {
  if ((cause as NodeJS.ErrnoException).code === 'EADDRINUSE') {
    return new ServerError(
      'port-in-use',
      `Port ${port} is in use: stop what uses it, or choose another one.`,
      { cause },
    );
  }
  return new ServerError('listen-failed', `The server cannot listen on ${host}, port ${port}.`, { cause });
}
