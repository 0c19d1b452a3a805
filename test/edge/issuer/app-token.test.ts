import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { exportJWK, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AppTokens, keySetOf } from '../../../edge/issuer/attest/index.js';
import { askByHand, problem, TestIssuer } from './fixture.js';

const ISSUER = 'https://login.example';
const AUDIENCE = 'https://issuer.example';
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' });

let issuer: TestIssuer;
let keySet: string;
beforeAll(async () => {
  const keys = [
    { ...(await exportJWK(ec.publicKey)), kid: 'ec', alg: 'ES256' },
    { ...(await exportJWK(rsa.publicKey)), kid: 'rsa' },
  ];
  keySet = JSON.stringify({ keys });
  issuer = new TestIssuer({ quotaPerEpoch: 3 });
  const file = join(issuer.folder, 'keys.json');
  writeFileSync(file, keySet);
  const appTokens = {
    issuer: ISSUER,
    audience: AUDIENCE,
    algorithms: ['ES256'] as const,
    keySet: { file },
    clockSkewSeconds: 10,
  };
  Object.assign(issuer.config, { appTokens });
  await issuer.start();
});
afterAll(() => issuer.end());

interface Change {
  readonly claims?: JWTPayload;
  readonly alg?: string;
  readonly kid?: string;
  readonly key?: KeyObject | Uint8Array;
}

function jwt({ claims = {}, alg = 'ES256', kid = 'ec', key = ec.privateKey }: Change = {}): Promise<string> {
  const right = { iss: ISSUER, aud: AUDIENCE, sub: 'user-1', exp: issuer.time + 60 };
  return new SignJWT({ ...right, ...claims }).setProtectedHeader({ alg, kid }).sign(key);
}
const ask = async (token: string) => askByHand(issuer, { fields: { authorization: `Bearer ${token}` } });
const refused = (detail: string) => ({ status: 403, code: 'account-refused', detail });

describe('an app token', () => {
  it('is good for its account’s quota', async () => {
    const token = await jwt({ claims: { sub: 'quota' } });
    const statuses = [];
    for (let i = 0; i < 4; i++) statuses.push((await ask(token)).status);
    expect(statuses).toEqual([200, 200, 200, 429]);
    expect((await ask(await jwt({ claims: { sub: 'other' } }))).status).toBe(200);
  });

  it('of an account of the same name as one with a key is another account', async () => {
    for (let i = 0; i < 3; i++) await askByHand(issuer);
    expect((await askByHand(issuer)).status).toBe(429);
    expect((await ask(await jwt({ claims: { sub: 'ann' } }))).status).toBe(200);
  });

  it('may be a little too old, or too new', async () => {
    expect((await ask(await jwt({ claims: { sub: 'a', exp: issuer.time - 9 } }))).status).toBe(200);
    expect((await ask(await jwt({ claims: { sub: 'a', nbf: issuer.time + 9 } }))).status).toBe(200);
  });

  it.each<[string, () => Change, string]>([
    ['that has expired', () => ({ claims: { exp: issuer.time - 11 } }), 'app-token-expired'],
    ['whose time has not come', () => ({ claims: { nbf: issuer.time + 11 } }), 'app-token-not-yet-valid'],
    [
      'for another audience',
      () => ({ claims: { aud: 'https://other.example' } }),
      'app-token-wrong-audience',
    ],
    ['without audience', () => ({ claims: { aud: undefined as never } }), 'app-token-wrong-audience'],
    ['of another issuer', () => ({ claims: { iss: 'https://evil.example' } }), 'app-token-wrong-issuer'],
    ['that never expires', () => ({ claims: { exp: undefined as never } }), 'app-token-claims'],
    ['without account', () => ({ claims: { sub: undefined as never } }), 'app-token-claims'],
    ['of an empty account', () => ({ claims: { sub: '' } }), 'app-token-claims'],
    ['under an unknown key', () => ({ kid: 'nobody' }), 'app-token-unknown-key'],
    ['that a stranger signed', () => ({ key: stranger.privateKey }), 'app-token-bad-signature'],
    [
      'with an algorithm that is not allowed',
      () => ({ alg: 'RS256', kid: 'rsa', key: rsa.privateKey }),
      'app-token-algorithm',
    ],
    [
      'signed with what anybody can read',
      () => ({ alg: 'HS256', key: new Uint8Array(32) }),
      'app-token-algorithm',
    ],
  ])('%s is refused', async (_, change, detail) => {
    expect(await problem(await ask(await jwt(change())))).toEqual(refused(detail));
  });

  it.each<[string, () => Promise<string> | string, string]>([
    ['with alg none', () => new UnsecuredJWT({ sub: 'user-1' }).encode(), 'app-token-algorithm'],
    ['that is none', () => 'a.b.c', 'app-token-malformed'],
    ['of two parts', () => 'a.b', 'app-token-malformed'],
    ['cut off', async () => (await jwt()).slice(0, -8), 'app-token-bad-signature'],
    ['that is empty', () => '', 'app-token-malformed'],
  ])('%s is refused', async (_, token, detail) => {
    expect(await problem(await ask(await token()))).toEqual(refused(detail));
  });
});

describe('the app’s keys', () => {
  let server: Server;
  let asked = 0;
  let answer: { status: number; body: string };
  beforeAll(async () => {
    answer = { status: 200, body: keySet };
    server = createServer((_, response) => {
      asked++;
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => server.close());

  const attester = async () => {
    const { port } = server.address() as { port: number };
    const keys = await keySetOf({ url: `http://127.0.0.1:${port}/` });
    const { now } = issuer;
    return new AppTokens({
      issuer: ISSUER,
      audience: AUDIENCE,
      algorithms: ['ES256'],
      keys,
      clockSkewSeconds: 0,
      now,
    });
  };
  const request = async () => ({
    fields: { authorization: `Bearer ${await jwt()}` },
    path: '/token-request',
    type: '',
    body: new Uint8Array(0),
  });

  it('are fetched from the one URL, once', async () => {
    const from = await attester();
    await from.attest(await request());
    expect((await from.attest(await request())).account).toHaveLength(32);
    expect(asked).toBe(1);
  });

  it.each([
    ['that fails', { status: 500, body: '' }],
    ['that answers something else', { status: 200, body: '<html>' }],
  ])('from a URL %s cannot be had now', async (_, given) => {
    answer = given;
    await expect((await attester()).attest(await request())).rejects.toMatchObject({
      code: 'account-check-unavailable',
      retryAfter: 10,
    });
  });

  it.each([['{'], ['{"keys":1}'], ['']])('in a file of %j are none', async (content) => {
    const file = join(issuer.folder, 'broken.json');
    writeFileSync(file, content);
    await expect(keySetOf({ file })).rejects.toMatchObject({ code: 'key-set-unreadable' });
  });
});
