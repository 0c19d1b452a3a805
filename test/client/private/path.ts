import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  type Fetch,
  GatewayKey,
  type PinnedTrust,
  PrivateAi,
  type PrivatePathOptions,
  type TokenSource,
} from '../../../client/index.js';
import { type RunningParty, startRelay } from '../../../edge/index.js';
import { CHUNKED_REQUEST_TYPE } from '../../../wire/index.js';
import { type TestGateway, testGateway } from '../../edge/fixture.js';
import { TestServer, TRUST } from '../../server/fixture.js';

/** Says no the way our servers do. */
export const problem = (status: number, code?: string): Response =>
  new Response(JSON.stringify({ code }), {
    status,
    headers: { 'content-type': 'application/problem+json' },
  });

/** What happens to a sealed request between its client and the relay; nothing when it passes. */
export type OnTheWay = (passes: () => Promise<Response>) => Promise<Response>;

/** A server, a gateway, a relay and, between server and gateway, somebody who can refuse requests. */
export class TestPath {
  readonly server: TestServer;
  readonly gateway: TestGateway;
  readonly relay: RunningParty;
  readonly #between: Server;
  /** Of the requests that come next: the code of a refusal, or that the connection breaks, before the answer or in it. */
  readonly #refusals: string[];

  private constructor(
    server: TestServer,
    gateway: TestGateway,
    relay: RunningParty,
    between: Server,
    refusals: string[],
  ) {
    this.server = server;
    this.gateway = gateway;
    this.relay = relay;
    this.#between = between;
    this.#refusals = refusals;
  }

  static async start(): Promise<TestPath> {
    const server = await TestServer.start();
    const refusals: string[] = [];
    const between = createServer((incoming, response) => {
      const asks = /^\/v1\/sessions\/./.test(incoming.url!);
      const refusal = asks ? refusals.shift() : undefined;
      if (refusal === 'break') return void incoming.socket.destroy();
      if (refusal === 'cut') return pass(server.url, incoming, response, () => incoming.socket.destroy());
      if (refusal !== undefined) return refuse(incoming, response, refusal);
      return pass(server.url, incoming, response);
    });
    await new Promise<void>((resolve) => between.listen(0, '127.0.0.1', resolve));
    const gateway = await testGateway([`http://127.0.0.1:${(between.address() as AddressInfo).port}`]);
    const listen = { host: '127.0.0.1', port: 0 };
    const relay = await startRelay({
      config: { listen, gateway: gateway.url, rate: { burst: 1000, perSecond: 1000 }, keySeconds: 3600 },
      log: () => undefined,
    });
    return new TestPath(server, gateway, relay, between, refusals);
  }

  machineRefuses(...refusals: readonly string[]): void {
    this.#refusals.splice(0, Infinity, ...refusals);
  }

  get keySources(): readonly [string, string] {
    return [`${this.relay.url}/ohttp-keys`, `${this.gateway.url}/ohttp-keys`];
  }

  client(options: Partial<PrivatePathOptions & PinnedTrust> = {}): {
    readonly ai: PrivateAi;
    readonly tokens: TestTokens;
  } {
    const tokens = new TestTokens(() => this.gateway.issuer.token());
    const gatewayKey = new GatewayKey(fetch, this.keySources);
    return {
      ai: new PrivateAi({ relay: `${this.relay.url}/`, gatewayKey, tokens, ...TRUST, ...options }),
      tokens,
    };
  }

  async stop(): Promise<void> {
    await this.relay.close();
    await this.gateway.close();
    this.#between.closeAllConnections();
    await new Promise((resolve) => this.#between.close(resolve));
    await this.server.stop();
  }
}

function refuse(incoming: IncomingMessage, response: ServerResponse, code: string): void {
  incoming
    .resume()
    .once('end', () =>
      response.writeHead(503, { 'content-type': 'application/problem+json' }).end(JSON.stringify({ code })),
    );
}

function pass(
  url: string,
  incoming: IncomingMessage,
  response: ServerResponse,
  begun: () => void = () => undefined,
): void {
  const { method, headers } = incoming;
  const onward = request(new URL(incoming.url!, url), { method, headers }, (answer) => {
    response.writeHead(answer.statusCode!, answer.headers);
    answer.pipe(response);
    // By the third piece the head has left.
    let pieces = 0;
    answer.on('data', () => ++pieces === 3 && begun());
  });
  onward.on('error', () => response.destroy());
  incoming.pipe(onward);
}

/** Counts what becomes of tokens. */
export class TestTokens implements TokenSource {
  readonly #make: () => Uint8Array;
  taken = 0;
  readonly returned: Uint8Array[] = [];

  constructor(make: () => Uint8Array) {
    this.#make = make;
  }

  async take(): Promise<Uint8Array> {
    this.taken++;
    return this.returned.pop() ?? this.#make();
  }

  async giveBack(token: Uint8Array): Promise<void> {
    this.returned.push(token);
  }
}

/** A network that does `first` to the first sealed request, and nothing to all others. */
export function meeting(first: OnTheWay): Fetch {
  let met = false;
  return async (url, init) => {
    const type = (init.headers as Record<string, string>)['content-type'];
    if (met || type !== CHUNKED_REQUEST_TYPE) return fetch(url, init);
    met = true;
    return first(() => fetch(url, init));
  };
}
