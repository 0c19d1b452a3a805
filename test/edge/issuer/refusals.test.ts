import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  blindedMessage,
  decodeTokenBatchResponse,
  encodeTokenBatchRequest,
  encodeTokenRequest,
  ISSUER_DIRECTORY_PATH,
  TOKEN_BATCH_RESPONSE_TYPE,
  TOKEN_REQUEST_TYPE,
  TOKEN_RESPONSE_TYPE,
  truncatedKeyId,
} from '../../../wire/index.js';
import { askByHand, bodyOf, problem, proofOf, SEED, TestIssuer } from './fixture.js';

let issuer: TestIssuer;
let now: number;
beforeAll(async () => {
  issuer = await new TestIssuer({ quotaPerEpoch: 100, tokensPerRequest: 4 }).start();
  now = issuer.time;
});
afterAll(() => issuer.end());

/** One request, changed. */
async function single(change: { keyId?: number; message?: Uint8Array } = {}): Promise<Uint8Array> {
  const [, current] = await issuer.keys();
  return encodeTokenRequest({
    truncatedKeyId: change.keyId ?? truncatedKeyId(current!.key.id),
    blindedMessage: blindedMessage(change.message ?? randomBytes(256).fill(0, 0, 1)),
  });
}
const refused = (detail: string) => ({ status: 422, code: 'token-request-refused', detail });

describe('a request that is right', () => {
  it('for one token is answered as RFC 9578 §6.2 says', async () => {
    const response = await askByHand(issuer, { type: TOKEN_REQUEST_TYPE, body: await single() });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe(TOKEN_RESPONSE_TYPE);
    expect((await response.arrayBuffer()).byteLength).toBe(256);
  });

  it('for several is answered whole', async () => {
    const response = await askByHand(issuer, { tokens: 4 });
    expect(response.headers.get('content-type')).toBe(TOKEN_BATCH_RESPONSE_TYPE);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(decodeTokenBatchResponse(new Uint8Array(await response.arrayBuffer()))).toHaveLength(4);
  });
});

describe('a token request', () => {
  it.each<[string, () => Promise<Uint8Array>, string]>([
    [
      'of another type',
      async () => Uint8Array.of(0, 1, ...(await single()).subarray(2)),
      'token-type-unsupported',
    ],
    ['that is cut off', async () => (await single()).subarray(0, -1), 'token-truncated'],
    ['that is empty', async () => new Uint8Array(0), 'token-truncated'],
    ['that goes on', async () => Uint8Array.of(...(await single()), 0), 'token-request-malformed'],
    ['for a key that we do not know', () => otherKey(), 'token-key-unknown'],
    ['for the next epoch’s key', () => nextKey(), 'token-key-unknown'],
    [
      'that is not below the modulus',
      () => single({ message: new Uint8Array(256).fill(255) }),
      'blinded-message-invalid',
    ],
  ])('%s is refused', async (_, body, detail) => {
    const request = { type: TOKEN_REQUEST_TYPE, body: await body() };
    expect(await problem(await askByHand(issuer, request))).toEqual(refused(detail));
  });

  it('for more than there may be in one is refused', async () => {
    expect(await problem(await askByHand(issuer, { tokens: 5 }))).toEqual(refused('batch-too-large'));
    expect(await problem(await askByHand(issuer, { tokens: 66 }))).toEqual({
      status: 413,
      code: 'body-too-large',
    });
  });

  it('in a batch is refused with the whole batch', async () => {
    const [, current] = await issuer.keys();
    const keyId = truncatedKeyId(current!.key.id);
    const messages = [randomBytes(256).fill(0, 0, 1), new Uint8Array(256).fill(255)];
    const body = encodeTokenBatchRequest(
      messages.map((message) => ({ truncatedKeyId: keyId, blindedMessage: blindedMessage(message) })),
    );
    expect(await problem(await askByHand(issuer, { body }))).toEqual(refused('blinded-message-invalid'));
  });

  async function otherKey(): Promise<Uint8Array> {
    const known = (await issuer.keys()).map(({ key }) => truncatedKeyId(key.id));
    return single({ keyId: [0, 1, 2].find((id) => !known.includes(id))! });
  }
  async function nextKey(): Promise<Uint8Array> {
    const [next] = await issuer.keys();
    return single({ keyId: truncatedKeyId(next!.key.id) });
  }
});

describe('a proof of an account’s key', () => {
  const account = (detail: string) => ({ status: 403, code: 'account-refused', detail });

  it.each([-60, 0, 60])('whose clock is %i s off is good', async (off) => {
    expect((await askByHand(issuer, { created: now + off })).status).toBe(200);
  });

  it.each([-62, 61, 1e6])('whose clock is %i s off is refused', async (off) => {
    expect(await problem(await askByHand(issuer, { created: now + off }))).toEqual(
      account('proof-wrong-time'),
    );
  });

  it.each([
    ['with another account’s key', { seed: new Uint8Array(32).fill(8) }],
    ['of an account that does not exist', { account: 'zoe' }],
    ['for another issuer', { authority: 'other.example' }],
  ])('%s is refused', async (_, change) => {
    expect(await problem(await askByHand(issuer, change))).toEqual(account('proof-bad-signature'));
  });

  it('is good once, and for one account', async () => {
    const body = await bodyOf(issuer, 1);
    const type = 'application/private-token-generic-batch-request';
    const fields = await proofOf(issuer, {}, type, body);
    const replays = await Promise.all(Array.from({ length: 8 }, () => askByHand(issuer, { body, fields })));
    expect(replays.filter(({ status }) => status === 200)).toHaveLength(1);
    const late = await askByHand(issuer, { body, fields });
    expect(await problem(late)).toEqual(account('proof-replayed'));
    const renamed = fields['signature-input']!.replace('keyid="ann"', 'keyid="ben"');
    expect(
      await problem(await askByHand(issuer, { body, fields: { ...fields, 'signature-input': renamed } })),
    ).toEqual(account('proof-bad-signature'));
  });

  it.each<[string, (fields: Readonly<Record<string, string>>) => Readonly<Record<string, string>>, string]>([
    [
      'over other content',
      (f) => ({ ...f, 'content-digest': `sha-256=:${'A'.repeat(43)}=:` }),
      'proof-wrong-content',
    ],
    ['without a digest', ({ 'content-digest': _, ...f }) => f, 'proof-wrong-content'],
    ['without a signature', ({ signature: _, ...f }) => f, 'proof-malformed'],
    ['with a short signature', (f) => ({ ...f, signature: 'sotto=:AAAA:' }), 'proof-malformed'],
    ['that covers less', (f) => changed(f, '"@authority" ', ''), 'proof-malformed'],
    [
      'that covers it in another order',
      (f) => changed(f, '"@method" "@authority"', '"@authority" "@method"'),
      'proof-malformed',
    ],
    ['with another algorithm', (f) => changed(f, 'ed25519', 'hmac-sha256'), 'proof-malformed'],
    ['with a short nonce', (f) => changed(f, /nonce="[^"]*"/, 'nonce="AAAA"'), 'proof-malformed'],
    [
      'with another nonce',
      (f) => changed(f, /nonce="[^"]*"/, `nonce="${'A'.repeat(22)}=="`),
      'proof-bad-signature',
    ],
    ['with another time', (f) => changed(f, /created=\d+/, `created=${now - 1}`), 'proof-bad-signature'],
    ['with a name that is none', (f) => changed(f, 'keyid="ann"', 'keyid="Ann!"'), 'proof-malformed'],
  ])('%s is refused', async (_, change, detail) => {
    const body = await bodyOf(issuer, 1);
    const fields = change(await proofOf(issuer, {}, 'application/private-token-generic-batch-request', body));
    expect(await problem(await askByHand(issuer, { body, fields }))).toEqual(account(detail));
  });

  it('is needed', async () => {
    expect(await problem(await askByHand(issuer, { fields: {} }))).toEqual({
      status: 403,
      code: 'account-missing',
    });
    const bearer = { authorization: 'Bearer a.b.c' };
    expect(await problem(await askByHand(issuer, { fields: bearer }))).toEqual({
      status: 403,
      code: 'account-missing',
    });
  });

  const changed = (f: Readonly<Record<string, string>>, from: string | RegExp, to: string) => {
    const input = f['signature-input']!.replace(from, to);
    expect(input).not.toBe(f['signature-input']);
    return { ...f, 'signature-input': input };
  };
});

describe('what is not for this issuer', () => {
  it.each([
    ['GET', '/', undefined, 404, 'not-found'],
    ['GET', '/token-request', undefined, 404, 'not-found'],
    ['POST', '/token-request', 'text/plain', 415, 'media-type-unsupported'],
    ['POST', '/token-request', 'application/json', 415, 'media-type-unsupported'],
  ])('%s %s as %s is refused with %i %s', async (method, path, type, status, code) => {
    const response = await fetch(issuer.url + path, {
      method,
      ...(type === undefined ? {} : { body: '{}', headers: { 'content-type': type } }),
    });
    expect(await problem(response)).toEqual({ status, code });
  });

  it.each([
    ['is not HTTP', 'SECRET\r\n\r\n', 400, 'request-malformed'],
    [
      'has headers without end',
      `GET / HTTP/1.1\r\nhost: x\r\nx: ${'SECRET'.repeat(4000)}\r\n\r\n`,
      431,
      'headers-too-large',
    ],
  ])('and %s is refused without a trace of what it was', async (_, text, status, code) => {
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(Number(new URL(issuer.url).port), '127.0.0.1', () => socket.end(text));
      let received = '';
      socket.setEncoding('latin1').on('data', (more) => {
        received += more;
      });
      socket.on('close', () => resolve(received)).on('error', reject);
    });
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(answer).toContain(`"code":"${code}"`);
    expect(answer).not.toContain('SECRET');
  });
});

describe('a page of any origin', () => {
  it('may ask: a wallet runs there', async () => {
    const preflight = await fetch(`${issuer.url}/token-request`, { method: 'OPTIONS' });
    expect(preflight.status).toBe(204);
    const allowed = preflight.headers.get('access-control-allow-headers')!.split(', ');
    const proof = await proofOf(issuer, {}, 'x', new Uint8Array(0));
    expect(
      [...Object.keys(proof), 'content-type', 'authorization'].filter((name) => !allowed.includes(name)),
    ).toEqual([]);
    const refusal = await askByHand(issuer, { fields: {} });
    for (const response of [preflight, refusal, await fetch(issuer.url + ISSUER_DIRECTORY_PATH)])
      expect(response.headers.get('access-control-allow-origin')).toBe('*');
  });
});

describe('status', () => {
  it('is told', async () => {
    expect(await (await fetch(`${issuer.url}/healthz`)).json()).toEqual({ status: 'ok' });
    expect(await (await fetch(`${issuer.url}/readyz`)).json()).toEqual({ status: 'ready' });
  });

  it('is not ready when there is no key for the epoch', async () => {
    issuer.time += 10_000;
    const ready = await fetch(`${issuer.url}/readyz`);
    const response = await askByHand(issuer, { body: await single(), type: TOKEN_REQUEST_TYPE });
    issuer.time = now;
    expect([ready.status, await ready.json()]).toEqual([
      503,
      { status: 'not-ready', reason: 'issuer-not-ready' },
    ]);
    expect(await problem(response)).toEqual({ status: 503, code: 'issuer-not-ready' });
  });

  it('shows metrics in windows, with no account in them', async () => {
    const count = async () => {
      const text = await (await fetch(`${issuer.url}/metrics`)).text();
      return [...text.matchAll(/^sotto_issuer_requests_total\{.*\} (\d+)$/gm)].reduce(
        (sum, [, n]) => sum + Number(n),
        0,
      );
    };
    const before = await count();
    expect(before % 10).toBe(0);
    for (let i = 0; i < 10; i++) await askByHand(issuer, { seed: SEED.map((byte) => byte + 1) });
    expect(await count()).toBe(before + 10);
    expect(await (await fetch(`${issuer.url}/metrics`)).text()).not.toMatch(/ann|ben/);
  });

  it('leaves nothing of accounts in the log', () => {
    expect(issuer.events.length).toBeGreaterThan(0);
    expect(JSON.stringify(issuer.events)).not.toMatch(/ann|ben/);
  });
});
