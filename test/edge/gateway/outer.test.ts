import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Passage } from '../../../client/private/oblivious.js';
import { DEFAULT_PARTY_LIMITS } from '../../../edge/party.js';
import {
  ascii,
  ChunkedRequestSealer,
  concat,
  encapsulateRequest,
  encodeBhttpRequest,
} from '../../../wire/index.js';
import { passageTo, problemOf, type TestGateway, testGateway } from '../fixture.js';
import { TestVm } from '../vm.js';

let vm: TestVm;
let gateway: TestGateway;
let passage: Passage;
beforeAll(async () => {
  vm = await TestVm.start();
  const limits = { ...DEFAULT_PARTY_LIMITS, receiveMs: 1000 };
  gateway = await testGateway([vm.url], { limits });
  passage = await passageTo(gateway.url);
});
afterAll(async () => {
  await gateway.close();
  await vm.stop();
});

const CHUNKED = 'message/ohttp-chunked-req';
const post = async (body: Uint8Array, type = CHUNKED) =>
  problemOf(
    await fetch(gateway.url, {
      method: 'POST',
      headers: { 'content-type': type },
      body: body as Uint8Array<ArrayBuffer>,
    }),
  );

const inner = () => {
  const empty = new Uint8Array(0);
  return encodeBhttpRequest({
    method: ascii('GET'),
    scheme: ascii('https'),
    authority: empty,
    path: ascii('/'),
    headers: [],
    content: empty,
    trailers: [],
  });
};

function sealed(finish = true): Uint8Array {
  const sealer = new ChunkedRequestSealer(passage.keyConfig);
  const message = inner();
  const first = concat(sealer.start, sealer.chunk(message.subarray(0, 4)));
  return finish ? concat(first, sealer.final(message.subarray(4))) : first;
}

describe('An encapsulated request', () => {
  it.each([
    ['cut off in its header', () => sealed().subarray(0, 5), 'ohttp-truncated'],
    ['cut off in a chunk', () => sealed().subarray(0, 45), 'ohttp-truncated'],
    ['without its final chunk', () => sealed(false), 'ohttp-truncated'],
    ['with a bit flipped', () => sealed().with(50, sealed()[50]! ^ 1), 'ohttp-open-failed'],
    ['of another suite', () => sealed().with(2, 0x21), 'ohttp-unsupported-suite'],
    ['with no HTTP in it', () => garbage(), 'bhttp-malformed'],
    ['of nothing', () => new Uint8Array(0), 'ohttp-truncated'],
  ])('%s is refused', async (_, make, detail) => {
    const problem = await post(make());
    expect(problem).toEqual({ status: 400, code: 'request-refused', detail });
  });

  it('sealed to a key that is not in use is refused with the problem type of RFC 9458', async () => {
    const response = await fetch(gateway.url, {
      method: 'POST',
      headers: { 'content-type': 'message/ohttp-req' },
      body: encapsulateRequest({ ...passage.keyConfig, keyId: passage.keyConfig.keyId ^ 0x80 }, inner())
        .message as Uint8Array<ArrayBuffer>,
    });
    expect(response.status).toBe(400);
    expect(response.headers.get('content-type')).toContain('application/problem+json');
    expect(await response.json()).toMatchObject({
      type: 'https://iana.org/assignments/http-problem-types#ohttp-key',
      code: 'key-unknown',
    });
  });

  it('of another media type, too large or too slow is refused before it is opened', async () => {
    expect(await post(sealed(), 'text/plain')).toMatchObject({ status: 415, code: 'media-type-unsupported' });
    expect(await post(new Uint8Array(400 * 1024))).toMatchObject({ status: 413, code: 'body-too-large' });
    const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1');
    socket.write(`POST / HTTP/1.1\r\nhost: g\r\ncontent-type: ${CHUNKED}\r\ncontent-length: 1000\r\n\r\n`);
    const drip = setInterval(() => socket.write('a'), 100);
    let answer = '';
    socket.setEncoding('latin1').on('data', (text: string) => {
      answer += text;
    });
    await once(socket, 'close');
    clearInterval(drip);
    expect(answer).toContain('HTTP/1.1 408 ');
    expect(answer).toContain('request-timeout');
  });
});

function garbage(): Uint8Array {
  const sealer = new ChunkedRequestSealer(passage.keyConfig);
  return concat(sealer.start, sealer.final(Uint8Array.of(9, 9, 9)));
}

describe('What a gateway tells of its work', () => {
  it('names nobody and nothing', async () => {
    const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
    const told = `${metrics}${JSON.stringify(gateway.events)}`;
    expect(told).toContain('sotto_gateway_requests_total');
    expect(told).not.toMatch(/127\.0\.0\.1|session|token=/);
  });
});
