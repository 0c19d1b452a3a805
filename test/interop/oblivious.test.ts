/** Oblivious HTTP with the Rust crates ohttp and bhttp: their client with our gateway and server, our client with theirs. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildOhttpPeer } from '../../bench/path/ohttp-crate.js';
import { type Passage, streamedRequest, wholeRequest } from '../../client/private/oblivious.js';
import { type RunningParty, startRelay } from '../../edge/index.js';
import {
  CHUNKED_REQUEST_TYPE,
  CHUNKED_RESPONSE_TYPE,
  ChunkedRequestSealer,
  decodeEvent,
  decodeKeyConfigList,
  decodeSessionAnswer,
  encodeSessionOpen,
  encodeTaskBody,
  KEM_X25519,
  KEM_XWING,
  SESSION_TYPE,
} from '../../wire/index.js';
import { type TestGateway, testGateway } from '../edge/fixture.js';
import { PIECES, TestVm } from '../edge/vm.js';
import { openByHand } from '../server/by-hand.js';
import { TestServer } from '../server/fixture.js';
import { askWithCrate, type CrateAnswer, CrateGateway, ohttpMissing } from './ohttp.js';

// A compiler takes minutes on a busy machine, which is not the first test's fault.
beforeAll(() => {
  if (!ohttpMissing) buildOhttpPeer();
}, 900_000);

const FORMS = ['whole', 'chunked'] as const;
const DIRECTORY = '/.well-known/private-token-issuer-directory';
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const bytesOf = (length: number) => Uint8Array.from({ length }, (_, i) => i % 251);

/** Passes requests on, and of the answers all but the last bytes, as if nothing were missing. */
async function cutting(url: string, bytes: number): Promise<Server & { readonly url: string }> {
  const server = createServer(async (request, response) => {
    const body: Buffer[] = [];
    for await (const part of request) body.push(part);
    const { 'content-type': type = '' } = request.headers;
    const init =
      request.method === 'POST'
        ? { method: 'POST', headers: { 'content-type': type }, body: Buffer.concat(body) }
        : {};
    const answer = await fetch(url + request.url, init);
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' });
    response.end(Buffer.from(await answer.arrayBuffer()).subarray(0, -bytes || undefined));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(server, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
}

async function relayTo(gateway: string): Promise<RunningParty> {
  const rate = { burst: 1000, perSecond: 1000 };
  const listen = { host: '127.0.0.1', port: 0 };
  return startRelay({ config: { listen, gateway, rate, keySeconds: 300 }, log: () => undefined });
}

describe.skipIf(ohttpMissing)(`the crate's client${ohttpMissing ? ` (${ohttpMissing})` : ''}`, () => {
  let vm: TestVm;
  let gateway: TestGateway;
  let relay: RunningParty;
  beforeAll(async () => {
    vm = await TestVm.start();
    gateway = await testGateway([vm.url]);
    relay = await relayTo(gateway.url);
  });
  afterAll(async () => {
    await relay.close();
    await gateway.close();
    await vm.stop();
  });

  const ask = (request: Partial<Parameters<typeof askWithCrate>[0]>): Promise<CrateAnswer> =>
    askWithCrate({
      url: `${relay.url}/`,
      keys: `${relay.url}/ohttp-keys`,
      form: 'whole',
      method: 'GET',
      path: DIRECTORY,
      ...request,
    });
  const open = async (form: 'whole' | 'chunked') => {
    const answer = await ask({
      form,
      method: 'POST',
      path: '/v1/sessions',
      headers: { 'content-type': SESSION_TYPE },
      content: encodeSessionOpen({ nonce: new Uint8Array(32), kems: [KEM_X25519] }),
    });
    const { sessionId } = decodeSessionAnswer(answer.content);
    return { session: Buffer.from(sessionId).toString('hex'), route: answer.headers['sotto-route']! };
  };

  it.each(FORMS)("opens our gateway's answers, and we its requests: %s", async (form) => {
    const answer = await ask({ form });
    expect(answer).toMatchObject({ status: 200 });
    const told = await fetch(gateway.issuer.url + DIRECTORY);
    expect(text(answer.content)).toBe(await told.text());
  });

  it.each(FORMS)('is told refusals under seal: %s', async (form) => {
    const answer = await ask({ form, path: '/nothing' });
    expect(answer.status).toBe(404);
    expect(JSON.parse(text(answer.content))).toMatchObject({ code: 'not-found' });
  });

  it.each(FORMS)('opens a session and asks in it, with many chunks both ways: %s', async (form) => {
    const { session, route } = await open(form);
    const content = bytesOf(50_000);
    const answer = await ask({
      form: 'chunked',
      method: 'POST',
      path: `/v1/sessions/${session}`,
      headers: {
        'content-type': CHUNKED_REQUEST_TYPE,
        'sotto-route': route,
        authorization: gateway.issuer.authorization(),
      },
      content,
    });
    expect(answer).toMatchObject({ status: 200, headers: { 'content-type': CHUNKED_RESPONSE_TYPE } });
    expect(text(answer.content)).toBe(PIECES.join(''));
    // A chunk for the head, one for each piece of the machine's; the final one is as empty as the stream's end.
    expect(answer.pieces).toBeGreaterThanOrEqual(1 + PIECES.length);
    expect(Buffer.from(vm.bodies.at(-1)!).length).toBe(Buffer.from(Buffer.from(content).toString()).length);
  });

  it('is refused a request without a final chunk', async () => {
    const { refused } = await ask({ form: 'unfinished' });
    expect(refused?.status).toBe(400);
    expect(JSON.parse(refused!.body)).toMatchObject({ code: 'request-refused', detail: 'ohttp-truncated' });
  });

  it.each([
    ['whole', 1],
    ['chunked', 1],
    ['chunked', 2000],
  ] as const)('finds an answer incomplete that has lost its end: %s, %d bytes', async (form, bytes) => {
    const cut = await cutting(relay.url, bytes);
    const { error, status } = await ask({ form, url: `${cut.url}/` });
    expect([status, error]).toEqual([undefined, expect.stringMatching(/.+/)]);
    cut.close();
  });

  describe('with our server itself', () => {
    let server: TestServer;
    beforeAll(async () => {
      server = await TestServer.start({ limits: { cadenceMs: 5 } });
    });
    afterAll(() => server.stop());

    it.each([
      ['X25519', KEM_X25519],
      ['X-Wing', KEM_XWING],
    ] as const)('seals to a session key, and opens the answer: %s', async (_, kem) => {
      const { sessionId, keyConfig } = await openByHand(server.url, kem);
      const answer = await askWithCrate({
        url: `${server.url}/v1/sessions/${Buffer.from(sessionId).toString('hex')}`,
        keys: keyConfig,
        form: 'chunked',
        method: 'POST',
        path: '/v1/proofread',
        content: encodeTaskBody({ task: 'proofread', text: new TextEncoder().encode('I has a dog.') }),
      });
      expect(answer).toMatchObject({ status: 200, headers: { 'content-type': 'application/cbor-seq' } });
      const kinds: string[] = [];
      for (let rest = answer.content; rest.length > 0; ) {
        const { event, length } = decodeEvent(rest);
        kinds.push(event.kind);
        rest = rest.subarray(length);
      }
      expect(kinds).toContain('text');
      expect(kinds.at(-1)).toBe('done');
    });
  });
});

describe.skipIf(ohttpMissing)(`the crate's gateway${ohttpMissing ? ` (${ohttpMissing})` : ''}`, () => {
  let gateway: CrateGateway;
  let relay: RunningParty;
  let passage: Passage;
  beforeAll(async () => {
    gateway = await CrateGateway.start();
    relay = await relayTo(gateway.url);
    const keys = new Uint8Array(await (await fetch(`${relay.url}/ohttp-keys`)).arrayBuffer());
    passage = { relay: `${relay.url}/`, keyConfig: decodeKeyConfigList(keys)[0]!, fetch };
  });
  afterAll(async () => {
    await relay.close();
    await gateway.stop();
  });

  const post = (path: string, body: Uint8Array) => ({ method: 'POST', path, headers: {}, body }) as const;
  const asked = (response: Response) =>
    ['asked-method', 'asked-path'].map((name) => response.headers.get(name)).join(' ');

  it.each([0, 1, 5_000, 200_000])(
    'opens our whole requests, and we its answers: %d bytes',
    async (length) => {
      const body = bytesOf(length);
      const response = await wholeRequest(passage, post('/told', body));
      expect([response.status, asked(response)]).toEqual([200, 'POST /told']);
      expect(new Uint8Array(await response.arrayBuffer())).toEqual(body);
    },
  );

  it.each([
    ['/told', 0],
    ['/told', 1],
    ['/told', 5_000],
    ['/told', 200_000],
    ['/largest', 200_000],
    ['/known', 0],
    ['/known', 200_000],
  ])('opens our chunked requests, and we its answers: %s, %d bytes', async (path, length) => {
    const body = bytesOf(length);
    const response = await streamedRequest(passage, post(path, body));
    expect([response.status, asked(response)]).toEqual([200, `POST ${path}`]);
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(body);
  });

  it.each(['/unfinished', '/cut'])('cannot pass off a part for the whole: %s', async (path) => {
    const received = async () => {
      const response = await streamedRequest(passage, post(path, bytesOf(5_000)));
      return response.arrayBuffer();
    };
    // Without its last byte the final chunk does not open: it may have been changed as well.
    const code = path === '/cut' ? 'answer-malformed' : 'answer-truncated';
    await expect(received()).rejects.toMatchObject({ code });
  });

  it('opens no request that has lost its end', async () => {
    const sealer = new ChunkedRequestSealer(passage.keyConfig);
    const body = Buffer.concat([sealer.start, sealer.chunk(bytesOf(100))]);
    const response = await fetch(gateway.url, {
      method: 'POST',
      headers: { 'content-type': CHUNKED_REQUEST_TYPE },
      body,
    });
    expect([response.status, await response.text()]).toEqual([400, expect.stringMatching(/truncated/i)]);
    sealer.wipe();
  });
});
