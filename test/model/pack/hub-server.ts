/** A Hugging Face hub of one file on this machine, with the faults that a test asks for. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Answer = (request: IncomingMessage, response: ServerResponse, content: Buffer) => unknown;

export class HubServer {
  /** The `Range` of each request, in order. */
  readonly ranges: (string | undefined)[] = [];
  readonly paths: string[] = [];
  /** How the next requests are answered; the last one stays. */
  answers: Answer[] = [range];
  url = '';
  readonly #server: Server;

  private constructor(content: Buffer) {
    this.#server = createServer((request, response) => {
      this.ranges.push(request.headers.range);
      this.paths.push(request.url ?? '');
      const answer = this.answers.length > 1 ? this.answers.shift()! : this.answers[0]!;
      answer(request, response, content);
    });
  }

  static async start(content: Buffer): Promise<HubServer> {
    const hub = new HubServer(content);
    await new Promise<void>((resolve) => hub.#server.listen(0, '127.0.0.1', resolve));
    hub.url = `http://127.0.0.1:${(hub.#server.address() as AddressInfo).port}`;
    return hub;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** What a hub should do: the bytes asked for, all of them, or 416 when there are none. */
export const range: Answer = (request, response, content) => {
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
  if (request.headers.range === undefined) return whole(request, response, content);
  if (from >= content.length) return status(416)(request, response, content);
  return response.writeHead(206, partHeaders(from, content)).end(content.subarray(from));
};

/** All the bytes, whatever is asked for. */
export const whole: Answer = (_, response, content) => {
  response.writeHead(200, { 'content-length': content.length }).end(content);
};

export const status =
  (code: number): Answer =>
  (_, response) =>
    response.writeHead(code).end('an explanation');

export const redirect =
  (location: string): Answer =>
  (_, response) =>
    response.writeHead(302, { location }).end();

/** The right range up to byte `end` of the file; then `after`. */
export const upTo =
  (end: number, after: (response: ServerResponse) => unknown): Answer =>
  (request, response, content) => {
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    response.writeHead(from ? 206 : 200, partHeaders(from, content));
    response.write(content.subarray(from, end), () => after(response));
  };

export const breaking: Answer = (_, response) => response.destroy();

function partHeaders(from: number, content: Buffer): Record<string, string | number> {
  const length = { 'content-length': content.length - from };
  return from
    ? { ...length, 'content-range': `bytes ${from}-${content.length - 1}/${content.length}` }
    : length;
}
