import { randomBytes } from 'node:crypto';
import { connect as connectTcp } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  CHUNKED_RESPONSE_TYPE,
  concat,
  encodeSessionOpen,
  encodeTaskBody,
  KEM_X25519,
  KEM_XWING,
  MAX_CHUNK_BYTES,
  REQUEST_CLASSES,
} from '../../wire/index.js';
import { bhttpRequest, openByHand, postOpen, postSealed, readAnswer, sealPlaintext } from './by-hand.js';
import { TestServer } from './fixture.js';

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(() => server.stop());

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const problem = async (response: Response) => ({
  status: response.status,
  ...((await response.json()) as object),
});

/** A request that any session can do, sealed to this one. */
const sealed = (session: Awaited<ReturnType<typeof openByHand>>) =>
  sealPlaintext(
    session,
    bhttpRequest('/v1/proofread', encodeTaskBody({ task: 'proofread', text: utf8('I is ill') })),
  );

describe('what anybody can ask', () => {
  it.each([
    ['/healthz', { status: 'ok' }],
    ['/readyz', { status: 'ready' }],
  ])('%s', async (path, body) => {
    const response = await fetch(server.url + path);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual(body);
  });

  it('/v1/release names version and model', async () => {
    expect(await (await fetch(`${server.url}/v1/release`)).json()).toEqual({
      version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
      model: { name: expect.any(String), bits: 8, digest: expect.stringMatching(/^[0-9a-f]{64}$/) },
    });
  });

  it('/metrics has no line for a single request', async () => {
    const text = await (await fetch(`${server.url}/metrics`)).text();
    expect(text).toContain('# TYPE sotto_requests_total counter');
    expect(text).not.toMatch(/^sotto_requests_total\{/m);
  });

  it('is answered with headers that keep it out of caches and frames', async () => {
    const { headers } = await fetch(`${server.url}/healthz`);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-powered-by')).toBeNull();
    expect(headers.get('set-cookie')).toBeNull();
  });

  it.each(['/', '/v1', '/v1/summarize', '/v1/sessions/x/y'])('nothing at %s', async (path) => {
    expect(await problem(await fetch(server.url + path))).toMatchObject({ status: 404, code: 'not-found' });
  });
});

describe('opening a session', () => {
  it.each([
    ['X25519', KEM_X25519],
    ['X-Wing', KEM_XWING],
  ] as const)('gives a key for %s when that is the first choice', async (_, kem) => {
    const { keyConfig, ttlSeconds } = await openByHand(server.url, kem);
    expect(keyConfig[1]! * 256 + keyConfig[2]!).toBe(kem);
    expect(ttlSeconds).toBe(120);
  });

  const nonce = randomBytes(32);
  it.each<[string, Uint8Array, string]>([
    ['nothing', new Uint8Array(0), 'session-malformed'],
    ['no CBOR', utf8('hello'), 'session-malformed'],
    ['a short nonce', Uint8Array.from([0xa2, 1, 0x41, 1, 2, 0x81, 0x18, 0x20]), 'session-malformed'],
    ['no key encapsulation', encodeSessionOpen({ nonce, kems: [] }), 'session-malformed'],
    ['an unknown one', encodeSessionOpen({ nonce, kems: [0x9999 as never] }), 'hpke-unsupported'],
    ['half of it', encodeSessionOpen({ nonce, kems: [KEM_X25519] }).subarray(0, 20), 'session-malformed'],
  ])('is refused with %s', async (_, body, detail) => {
    const code = 'request-malformed';
    expect(await problem(await postOpen(server.url, body))).toMatchObject({ status: 400, code, detail });
  });

  it('is refused when it is too large, or of another media type', async () => {
    expect(await problem(await postOpen(server.url, new Uint8Array(513)))).toMatchObject({
      status: 413,
      code: 'body-too-large',
    });
    expect(await problem(await postOpen(server.url, utf8('{}'), 'application/json'))).toMatchObject({
      status: 415,
      code: 'media-type-unsupported',
    });
    const bare = await fetch(`${server.url}/v1/sessions`, { method: 'POST' });
    expect(await problem(bare)).toMatchObject({ status: 415, code: 'media-type-unsupported' });
  });
});

describe('a sealed request', () => {
  it('is answered once; a replay is told that the session is used', async () => {
    const session = await openByHand(server.url);
    const { message, answer } = sealed(session);
    const response = await postSealed(server.url, session.sessionId, message);
    expect(response.headers.get('content-type')).toBe(CHUNKED_RESPONSE_TYPE);
    expect((await readAnswer(response, answer)).at(-1)).toMatchObject({ kind: 'done' });
    expect(await problem(await postSealed(server.url, session.sessionId, message))).toMatchObject({
      status: 409,
      code: 'session-used',
    });
  });

  it('is never opened twice, however many come at once', async () => {
    const session = await openByHand(server.url);
    const { message } = sealed(session);
    const replays = await Promise.all(
      Array.from({ length: 20 }, () => postSealed(server.url, session.sessionId, message)),
    );
    const statuses = await Promise.all(
      replays.map(async (response) => {
        await response.arrayBuffer();
        return response.status;
      }),
    );
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    expect(statuses.filter((status) => status === 409)).toHaveLength(19);
  });

  it.each([
    ['unknown', 'ab'.repeat(16), 404, 'session-unknown'],
    ['no session id', 'xyz', 400, 'request-malformed'],
    ['in capitals', 'AB'.repeat(16), 400, 'request-malformed'],
  ])('for a session that is %s is refused', async (_, id, status, code) => {
    expect(await problem(await postSealed(server.url, id, randomBytes(100)))).toMatchObject({ status, code });
  });

  it.each<[string, (message: Uint8Array) => Uint8Array, string]>([
    ['truncated to nothing', () => new Uint8Array(0), 'ohttp-truncated'],
    ['truncated in its header', (m) => m.subarray(0, 5), 'ohttp-truncated'],
    ['truncated in its key', (m) => m.subarray(0, 30), 'ohttp-truncated'],
    ['truncated in its content', (m) => m.subarray(0, -1), 'ohttp-open-failed'],
    ['for another key id', (m) => flipped(m, 0), 'ohttp-unknown-key'],
    ['for another KEM', (m) => flipped(m, 2), 'ohttp-unsupported-suite'],
    ['for another KDF', (m) => flipped(m, 4), 'ohttp-unsupported-suite'],
    ['for an unknown AEAD', (m) => flipped(m, 5), 'ohttp-unsupported-suite'],
    ['to another encapsulated key', (m) => flipped(m, 20), 'ohttp-open-failed'],
    ['changed in one bit', (m) => flipped(m, m.length - 3), 'ohttp-open-failed'],
    [
      'with a chunk too long',
      (m) => concat(m.subarray(0, 39), Uint8Array.of(0xbf, 255, 255, 255)),
      'ohttp-malformed',
    ],
  ])('that is %s is refused, and ends the session', async (_, change, detail) => {
    const session = await openByHand(server.url);
    const { message } = sealed(session);
    const code = 'request-refused';
    expect(await problem(await postSealed(server.url, session.sessionId, change(message)))).toMatchObject({
      status: 400,
      code,
      detail,
    });
    expect(await problem(await postSealed(server.url, session.sessionId, message))).toMatchObject({
      code: 'session-used',
    });
  });

  it('larger than any is refused before it costs a session', async () => {
    const session = await openByHand(server.url);
    const large = new Uint8Array(Math.max(...REQUEST_CLASSES) + 4097);
    expect(large.length).toBeLessThan(MAX_CHUNK_BYTES);
    expect(await problem(await postSealed(server.url, session.sessionId, large))).toMatchObject({
      status: 413,
      code: 'body-too-large',
    });
    const { message, answer } = sealed(session);
    const events = await readAnswer(await postSealed(server.url, session.sessionId, message), answer);
    expect(events.at(-1)).toMatchObject({ kind: 'done' });
  });

  it.each<[string, Uint8Array, string]>([
    ['no binary HTTP', utf8('\u0009hello'), 'bhttp-malformed'],
    ['an unknown task', bhttpRequest('/v1/translate', Uint8Array.of(0xa0)), 'request-unknown-task'],
    ['no CBOR', bhttpRequest('/v1/proofread', utf8('hello')), 'request-malformed'],
    [
      'unknown fields',
      bhttpRequest('/v1/proofread', Uint8Array.of(0xa2, 1, 0x41, 65, 9, 1)),
      'request-malformed',
    ],
    [
      'invalid UTF-8',
      bhttpRequest('/v1/proofread', Uint8Array.of(0xa1, 1, 0x41, 0xff)),
      'request-invalid-utf8',
    ],
    ['no text', bhttpRequest('/v1/proofread', Uint8Array.of(0xa1, 1, 0x41, 0x20)), 'request-empty'],
    ['an empty chat', bhttpRequest('/v1/reply', Uint8Array.of(0xa1, 1, 0x80)), 'request-empty'],
  ])('that opens to %s is told so under seal', async (_, plaintext, code) => {
    const session = await openByHand(server.url);
    const { message, answer } = sealPlaintext(session, plaintext);
    const response = await postSealed(server.url, session.sessionId, message);
    expect(response.status).toBe(200);
    expect((await readAnswer(response, answer)).at(-1)).toEqual({ kind: 'error', code });
  });
});

describe('what is not even HTTP', () => {
  const raw = (bytes: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = connectTcp(Number(new URL(server.url).port), '127.0.0.1', () => socket.end(bytes));
      let answer = '';
      socket.setEncoding('latin1').on('data', (text) => {
        answer += text;
      });
      socket.on('close', () => resolve(answer)).on('error', reject);
    });

  it('is refused without a trace of what it was', async () => {
    const answer = await raw('SECRET words / nothing\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1.1 400 /);
    expect(answer).toContain('"code":"request-malformed"');
    expect(answer).not.toMatch(/SECRET|words/);
  });

  it('or has headers without end', async () => {
    const answer = await raw(`GET / HTTP/1.1\r\nhost: x\r\nx: ${'y'.repeat(9000)}\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1.1 431 /);
    expect(answer).toContain('"code":"headers-too-large"');
  });
});

function flipped(message: Uint8Array, at: number): Uint8Array {
  const copy = message.slice();
  copy[at]! ^= 0x40;
  return copy;
}
