import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CHUNKED_RESPONSE_TYPE, encodeSessionAnswer, SESSION_TYPE } from '../../wire/index.js';

/** What a machine does with the requests of its sessions. */
export type Conduct = 'answer' | 'refuse' | 'close' | 'break-off' | 'hold';

export const PIECES = ['the sealed ', 'answer, ', 'piece by piece'];

/** A machine as a gateway sees it: it opens sessions and answers requests, and nothing of it can be read. */
export class TestVm {
  readonly #server: Server;
  ready = true;
  opening: 'answer' | 'refuse' | 'close' = 'answer';
  conduct: Conduct = 'answer';
  /** Of all requests that it was sent. */
  readonly requests: IncomingMessage[] = [];
  readonly bodies: string[] = [];
  opened = 0;
  asked = 0;
  #held: (() => void)[] = [];

  private constructor() {
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  static async start(port = 0): Promise<TestVm> {
    const vm = new TestVm();
    await new Promise<void>((resolve) => vm.#server.listen(port, '127.0.0.1', resolve));
    return vm;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Lets go on what `hold` holds. */
  release(): void {
    for (const go of this.#held.splice(0)) go();
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.url === '/readyz') return void response.writeHead(this.ready ? 200 : 503).end('{}');
    let body = '';
    for await (const part of request) body += part;
    this.requests.push(request);
    this.bodies.push(body);
    if (request.url === '/v1/sessions') {
      this.opened++;
      if (this.opening === 'close') return void request.socket.destroy();
      if (this.opening === 'refuse') return refuse(response, 'sessions-full');
      return void response.writeHead(200, { 'content-type': SESSION_TYPE }).end(sessionAnswer());
    }
    this.asked++;
    if (this.conduct === 'close') return void request.socket.destroy();
    if (this.conduct === 'refuse') return refuse(response, 'server-busy');
    response.writeHead(200, { 'content-type': CHUNKED_RESPONSE_TYPE });
    for (const piece of PIECES) {
      response.write(piece);
      await new Promise((resolve) => setTimeout(resolve, 5));
      if (this.conduct === 'break-off') return void request.socket.destroy();
      if (this.conduct === 'hold') await new Promise<void>((resolve) => this.#held.push(resolve));
    }
    response.end();
  }
}

function refuse(response: ServerResponse, code: string): void {
  response
    .writeHead(503, { 'content-type': 'application/problem+json', 'retry-after': '1' })
    .end(JSON.stringify({ type: 'about:blank', title: 'no', status: 503, code }));
}

function sessionAnswer(): Uint8Array {
  return encodeSessionAnswer({
    certificate: new Uint8Array(randomBytes(40)),
    keyConfig: new Uint8Array(randomBytes(40)),
    sessionId: new Uint8Array(randomBytes(16)),
    ttlSeconds: 120,
    auditPath: { index: 0, size: 1, hashes: [] },
  });
}
