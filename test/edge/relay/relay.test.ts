import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EdgeEvent, RunningParty } from '../../../edge/index.js';
import { type RelayOptions, startRelay } from '../../../edge/index.js';
import { DEFAULT_PARTY_LIMITS } from '../../../edge/party.js';
import { encodeKeyConfigList, generateKemKeyPair, KEM_X25519, OFFERED_SUITES } from '../../../wire/index.js';
import { problemOf } from '../fixture.js';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

const keysOf = (keyId: number) => {
  const { publicKey } = generateKemKeyPair(KEM_X25519);
  return encodeKeyConfigList([{ keyId, kem: KEM_X25519, publicKey, suites: OFFERED_SUITES }]);
};

let gateway: Server;
let handler: Handler;
let keys = keysOf(1);
let relay: RunningParty;
let events: EdgeEvent[];
const requests: IncomingMessage[] = [];

async function start(options: Partial<RelayOptions['config']> = {}, receiveMs = 20_000): Promise<void> {
  events = [];
  relay = await startRelay({
    config: {
      listen: { host: '127.0.0.1', port: 0 },
      gateway: `http://127.0.0.1:${(gateway.address() as AddressInfo).port}`,
      rate: { burst: 1000, perSecond: 1000 },
      keySeconds: 3600,
      ...options,
    },
    log: (event) => events.push(event),
    limits: { ...DEFAULT_PARTY_LIMITS, receiveMs },
  });
}

beforeEach(async () => {
  requests.length = 0;
  keys = keysOf(1);
  handler = (_, response) => {
    response.writeHead(200, { 'content-type': 'message/ohttp-res', 'set-cookie': 'a=b', server: 'x' });
    response.end('sealed answer');
  };
  gateway = createServer((request, response) => {
    requests.push(request);
    if (request.url === '/ohttp-keys')
      response.writeHead(200, { 'content-type': 'application/ohttp-keys' }).end(keys);
    else handler(request, response);
  });
  gateway.listen(0, '127.0.0.1');
  await once(gateway, 'listening');
  await start();
});
afterEach(async () => {
  await relay.close();
  gateway.closeAllConnections();
  gateway.close();
});

const post = (body: BodyInit, headers: Record<string, string> = {}) =>
  fetch(relay.url, {
    method: 'POST',
    headers: { 'content-type': 'message/ohttp-req', ...headers },
    body,
    duplex: 'half',
  } as RequestInit);

describe('A relay', () => {
  it('passes on the body, and of the headers only the media type', async () => {
    let received = '';
    handler = async (request, response) => {
      for await (const part of request) received += part;
      response.writeHead(200, { 'content-type': 'message/ohttp-res', 'set-cookie': 'a=b' }).end('answer');
    };
    const response = await post('sealed request', {
      cookie: 'user=anna',
      'user-agent': 'A phone',
      'x-forwarded-for': '203.0.113.7',
      authorization: 'Bearer x',
      referer: 'https://chat.test/anna',
      'accept-language': 'de',
    });
    expect(received).toBe('sealed request');
    const { headers, method, url } = requests[0]!;
    // What frames a body says nothing about its sender.
    delete headers['content-length'];
    delete headers['transfer-encoding'];
    expect({ method, url }).toEqual({ method: 'POST', url: '/' });
    expect(headers).toEqual({
      host: headers.host,
      connection: 'keep-alive',
      'content-type': 'message/ohttp-req',
      accept: 'message/ohttp-res',
    });
    expect(await response.text()).toBe('answer');
    expect(response.headers.get('set-cookie')).toBeNull();
    expect(response.headers.get('content-type')).toBe('message/ohttp-res');
  });

  it('streams both ways', async () => {
    let toGateway = '';
    let answer: ServerResponse | undefined;
    handler = (request, response) => {
      request.on('data', (part) => {
        toGateway += part;
      });
      response.writeHead(200, { 'content-type': 'message/ohttp-chunked-res' });
      response.write('first');
      answer = response;
    };
    let more: ReadableStreamDefaultController<Uint8Array> | undefined;
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        more = controller;
      },
    });
    more!.enqueue(new TextEncoder().encode('one'));
    const response = await post(body, { 'content-type': 'message/ohttp-chunked-req' });
    const reader = response.body!.getReader();
    // The answer has begun while the request has not ended.
    expect(new TextDecoder().decode((await reader.read()).value)).toBe('first');
    expect(toGateway).toBe('one');
    more!.enqueue(new TextEncoder().encode('two'));
    more!.close();
    while (toGateway !== 'onetwo') await new Promise(setImmediate);
    answer!.end('last');
    expect(new TextDecoder().decode((await reader.read()).value)).toBe('last');
    expect((await reader.read()).done).toBe(true);
  });

  it('never completes a request that its client broke off', async () => {
    const aborted = new Promise<boolean>((resolve) => {
      handler = (request) => {
        request.resume().on('end', () => resolve(false));
        request.on('error', () => resolve(true));
      };
    });
    const socket = connect(Number(new URL(relay.url).port), '127.0.0.1');
    socket.write(
      'POST / HTTP/1.1\r\nhost: r\r\ncontent-type: message/ohttp-req\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n',
    );
    while (requests.length === 0) await new Promise(setImmediate);
    socket.destroy();
    expect(await aborted).toBe(true);
  });

  it('never completes an answer that the gateway broke off', async () => {
    handler = (request, response) => {
      response.writeHead(200, { 'content-type': 'message/ohttp-res' });
      response.write('half', () => request.socket.destroy());
    };
    await expect(post('x').then((response) => response.text())).rejects.toThrow();
  });

  it('gives all of its users the same keys, also while the gateway changes them', async () => {
    const fetched = async () => new Uint8Array(await (await fetch(`${relay.url}/ohttp-keys`)).arrayBuffer());
    const all = await Promise.all(Array.from({ length: 20 }, fetched));
    keys = keysOf(2);
    all.push(await fetched());
    expect(new Set(all.map((bytes) => Buffer.from(bytes).toString('hex'))).size).toBe(1);
    expect(requests.filter(({ url }) => url === '/ohttp-keys')).toHaveLength(1);
  });

  it('passes on no keys that nobody could use', async () => {
    keys = new Uint8Array([1, 2, 3]);
    expect(await problemOf(await fetch(`${relay.url}/ohttp-keys`))).toEqual({
      status: 503,
      code: 'keys-unavailable',
    });
  });

  it('limits each address', async () => {
    await relay.close();
    await start({ rate: { burst: 3, perSecond: 1 } });
    const answers = await Promise.all(Array.from({ length: 5 }, () => post('x')));
    const limited = answers.filter(({ status }) => status === 429);
    expect(limited).toHaveLength(2);
    expect(limited[0]!.headers.get('retry-after')).toBe('1');
    expect(await problemOf(limited[0]!)).toMatchObject({ code: 'address-limited' });
  });

  it('takes encapsulated requests only, and none that are too large', async () => {
    expect(await problemOf(await post('x', { 'content-type': 'text/plain' }))).toMatchObject({
      status: 415,
      code: 'media-type-unsupported',
    });
    handler = (request) => request.resume();
    const large = await post(new Uint8Array(DEFAULT_PARTY_LIMITS.bodyBytes + 1));
    expect(await problemOf(large)).toMatchObject({ status: 413, code: 'body-too-large' });
  });

  it('gives up on a request that drips in', async () => {
    await relay.close();
    await start({}, 1000);
    const socket = connect(Number(new URL(relay.url).port), '127.0.0.1');
    socket.write(
      'POST / HTTP/1.1\r\nhost: r\r\ncontent-type: message/ohttp-req\r\ncontent-length: 999\r\n\r\n',
    );
    handler = (request) => request.resume();
    const drip = setInterval(() => socket.write('a'), 100);
    let answer = '';
    socket.setEncoding('latin1').on('data', (text: string) => {
      answer += text;
    });
    socket.on('error', () => undefined);
    await once(socket, 'close');
    clearInterval(drip);
    expect(answer).toContain('request-timeout');
  });

  it('says that the gateway is down, and finds it again by itself', { timeout: 30_000 }, async () => {
    const { port } = gateway.address() as AddressInfo;
    gateway.closeAllConnections();
    gateway.close();
    await once(gateway, 'close');
    expect(await problemOf(await post('x'))).toEqual({ status: 502, code: 'gateway-unavailable' });
    expect((await fetch(`${relay.url}/readyz`)).status).toBe(503);
    gateway.listen(port, '127.0.0.1');
    while ((await fetch(`${relay.url}/readyz`)).status !== 200)
      await new Promise((resolve) => setTimeout(resolve, 100));
    expect((await post('x')).status).toBe(200);
    expect(events.map(({ event }) => event)).toEqual(['party-started', 'gateway-lost', 'gateway-found']);
  });

  it('keeps no record of whom it served, or how much', async () => {
    const look = async () => (await fetch(`${relay.url}/metrics`)).text();
    for (let i = 0; i < 9; i++) await (await post('a body of some length')).text();
    // Nothing shows before there are ten: who looks before and after a request learns nothing of it.
    expect(await look()).not.toContain('answered');
    await (await post('a body of some length')).text();
    const metrics = await look();
    expect(metrics).toContain('sotto_relay_requests_total{outcome="answered"} 10');
    expect(`${metrics}${JSON.stringify(events)}`).not.toMatch(/127\.0\.0\.1|bytes|seconds_bucket/);
  });

  it('finishes the answers in progress when it is told to stop', async () => {
    let answer: ServerResponse | undefined;
    handler = (_, response) => {
      response.writeHead(200, { 'content-type': 'message/ohttp-res' });
      response.write('begun, ');
      answer = response;
    };
    const response = await post('x');
    const closed = relay.close();
    answer!.end('and ended');
    expect(await response.text()).toBe('begun, and ended');
    await closed;
    await expect(post('x')).rejects.toThrow();
  });
});

describe('pages of any origin', () => {
  const origin = 'https://chat.example';

  it('may ask, and are told that in a preflight', async () => {
    const asked = await fetch(`${relay.url}/`, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type',
      },
    });
    expect(asked.status).toBe(204);
    expect(asked.headers.get('access-control-allow-origin')).toBe('*');
    expect(asked.headers.get('access-control-allow-methods')).toBe('POST');
    expect(asked.headers.get('access-control-allow-headers')).toBe('content-type');
    expect(asked.headers.get('access-control-allow-credentials')).toBeNull();
  });

  it('can read answers and refusals, and nothing of theirs reaches the gateway', async () => {
    const post = (type: string) =>
      fetch(`${relay.url}/`, { method: 'POST', headers: { origin, 'content-type': type }, body: 'sealed' });
    for (const response of [await post('message/ohttp-req'), await post('text/plain')]) {
      expect(response.headers.get('access-control-allow-origin')).toBe('*');
      expect(response.headers.get('access-control-expose-headers')).toBe('retry-after');
    }
    expect(requests.map(({ headers }) => headers.origin)).toEqual([undefined]);
  });
});
