import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LogClient } from '../../../wire/node/log-client.js';

interface Answer {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body?: string | Uint8Array;
}

const ID = '5a'.repeat(32);
let server: Server;
let client: LogClient;
let answer: Answer;
let asked: { method: string; url: string; body: string } | undefined;

beforeAll(async () => {
  server = createServer(async (request, response) => {
    let body = '';
    for await (const part of request) body += part;
    asked = { method: request.method!, url: request.url!, body };
    response.writeHead(answer.status ?? 200, answer.headers ?? {}).end(answer.body ?? '');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  client = new LogClient(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
afterAll(() => server.close());

const problem = (status: number, body: object): Answer => ({ status, body: JSON.stringify(body) });

describe('an entry', () => {
  const append = () => client.append(new TextEncoder().encode('{"entry":1}'));

  it('is brought as it is, and has a place', async () => {
    answer = { body: JSON.stringify({ index: 7, id: ID, more: 'ignored' }) };
    expect(await append()).toEqual({ index: 7, id: ID });
    expect(asked).toEqual({ method: 'POST', url: '/v1/entries', body: '{"entry":1}' });
  });

  it.each<[string, Answer, string]>([
    [
      'its detail',
      problem(400, { code: 'entry-refused', detail: 'signature-threshold' }),
      'signature-threshold',
    ],
    ['its code', problem(429, { code: 'address-limited' }), 'address-limited'],
    ['its status', { status: 500, body: '<html>' }, 'HTTP 500'],
    ['its status, when its code is no code', problem(400, { code: '<b>\u202e' }), 'HTTP 400'],
  ])('is refused with the word of the log: %s', async (_, given, detail) => {
    answer = given;
    await expect(append()).rejects.toMatchObject({ code: 'log-refused', detail });
  });

  it.each<[string, Answer]>([
    ['no id', { body: '{"index":1}' }],
    ['another id', { body: '{"index":1,"id":"../x"}' }],
    ['no index', { body: `{"index":"1","id":"${ID}"}` }],
  ])('is not taken as brought when the answer has %s', async (_, given) => {
    answer = given;
    await expect(append()).rejects.toMatchObject({ code: 'log-refused' });
  });
});

describe('a bundle', () => {
  it('comes as bytes', async () => {
    answer = { body: Uint8Array.of(1, 2, 3) };
    expect(await client.bundle(ID)).toEqual(Uint8Array.of(1, 2, 3));
    expect(asked).toMatchObject({ method: 'GET', url: `/v1/bundles/${ID}` });
    expect(await client.releaseBundle('ab')).toEqual(Uint8Array.of(1, 2, 3));
    expect(asked).toMatchObject({ url: '/v1/bundles/release/ab' });
  });

  it.each([
    [404, 'unknown'],
    [503, 'not-yet'],
  ])('is not there with status %d: %s', async (status, word) => {
    answer = { status };
    expect(await client.bundle(ID)).toBe(word);
  });

  it.each<[string, Answer, string]>([
    ['is too long', { body: new Uint8Array(512 * 1024 + 1) }, 'log-refused'],
    ['is refused', problem(429, { code: 'address-limited' }), 'log-refused'],
    ['is elsewhere', { status: 302, headers: { location: '/other' } }, 'log-unreachable'],
  ])('is not read when it %s', async (_, given, code) => {
    answer = given;
    await expect(client.bundle(ID)).rejects.toMatchObject({ code });
  });
});

it('says that nobody is there', async () => {
  await expect(new LogClient('http://127.0.0.1:1').bundle(ID)).rejects.toMatchObject({
    code: 'log-unreachable',
  });
});

it('does not wait for ever', async () => {
  const mute = createServer(() => undefined);
  await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
  const impatient = new LogClient(`http://127.0.0.1:${(mute.address() as AddressInfo).port}`, 50);
  await expect(impatient.bundle(ID)).rejects.toMatchObject({ code: 'log-unreachable' });
  mute.closeAllConnections();
  mute.close();
});
