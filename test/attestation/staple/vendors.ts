/** AMD's and Intel's services on this machine: a real HTTP server, and a `fetch` that finds it under their addresses. */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a path answers: bytes, a status, or anything that can be done with a response. */
export type Answer = Uint8Array | number | ((response: ServerResponse) => void);

export interface Vendors {
  readonly fetch: typeof globalThis.fetch;
  /** By host and path; a test changes them as it likes. Whatever is not here is 404. */
  readonly answers: Map<string, Answer>;
  /** What was asked for, in order. */
  readonly asked: string[];
  close(): Promise<void>;
}

export const KDS = 'kdsintf.amd.com';
export const PCS = 'api.trustedservices.intel.com';
export const PCS_ROOT_CRL = 'certificates.trustedservices.intel.com/IntelSGXRootCA.der';

export async function vendors(): Promise<Vendors> {
  const answers = new Map<string, Answer>();
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const path = request.url!.slice(1);
    asked.push(path);
    const answer = answers.get(path) ?? 404;
    if (typeof answer === 'function') answer(response);
    else if (typeof answer === 'number') response.writeHead(answer).end();
    else response.end(answer);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    answers,
    asked,
    fetch: (url, init) => fetch(String(url).replace(/^https:\/\//, `http://127.0.0.1:${port}/`), init),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** An answer that takes for ever. */
export const never = (): void => undefined;

/** More than anybody has to read, as fast as it is read. */
export function endless(response: ServerResponse): void {
  const more = () => {
    while (response.write(new Uint8Array(64 * 1024)));
  };
  response.on('drain', more);
  more();
}

/** An answer that breaks off. */
export function broken(response: ServerResponse): void {
  response.writeHead(200, { 'content-length': 1000 });
  response.write('half', () => response.destroy());
}

/** Somewhere else. */
export function elsewhere(response: ServerResponse): void {
  response.writeHead(302, { location: '/elsewhere' }).end();
}
