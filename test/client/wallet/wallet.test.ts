import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accountKey, type DirectoryRoute, directoryBy, MemoryStorage } from '../../../client/wallet/index.js';
import { blindSign, signingKeyOf } from '../../../edge/issuer/sign.js';
import { TokenVerifier } from '../../../edge/token/index.js';
import {
  type DirectoryKey,
  decodeTokenBatchRequest,
  encodeDirectory,
  encodeTokenBatchResponse,
  TOKEN_BATCH_RESPONSE_TYPE,
} from '../../../wire/index.js';
import { CHALLENGE, SEED, TestIssuer } from '../../edge/issuer/fixture.js';

let issuer: TestIssuer;
let keys: readonly DirectoryKey[];
let route: DirectoryRoute;
beforeAll(async () => {
  issuer = await new TestIssuer({ quotaPerEpoch: 30 }).start();
  keys = await issuer.keys();
  route = directoryBy(fetch, issuer.url);
});
afterAll(() => issuer.end());

const failure = (act: Promise<unknown>) =>
  act.then(
    () => 'no failure',
    (error: unknown) => error,
  );
/** A route to a directory that a test plays. */
const directory =
  (change: { requestUri?: string; keys?: readonly DirectoryKey[] } = {}): DirectoryRoute =>
  async () =>
    encodeDirectory({ requestUri: '/token-request', keys, ...change });

describe('a wallet', () => {
  it('gives each token away once, however many ask at once', async () => {
    const wallet = issuer.wallet({ batch: 4 });
    await wallet.refill();
    const tokens = await Promise.all([1, 2, 3, 4].map(() => wallet.take()));
    expect(new Set(tokens.map((token) => Buffer.from(token).toString('hex'))).size).toBe(4);
    expect(await wallet.available()).toBe(0);
  });

  it('asks the issuer once when several find it empty', async () => {
    let asked = 0;
    const wallet = issuer.wallet({
      fetch: (url, init) => {
        asked++;
        return fetch(url, init);
      },
    });
    const verifier = new TokenVerifier({ challenge: CHALLENGE, keys, now: issuer.now });
    for (const token of await Promise.all([wallet.take(), wallet.take()])) verifier.verify(token);
    expect(asked).toBe(1);
  });

  it('has too few for more than a batch at once, and says so', async () => {
    const wallet = issuer.wallet({ batch: 1 });
    const [, second] = await Promise.all([wallet.take(), failure(wallet.take())]);
    expect(second).toMatchObject({ name: 'ClientError', code: 'token-unavailable' });
  });

  it('drops tokens that have expired, or will before they arrive', async () => {
    const storage = new MemoryStorage();
    const wallet = issuer.wallet({ storage });
    await storage.add([{ token: Uint8Array.of(1), keyId: 'old', expires: issuer.time + 30 }]);
    expect(await wallet.available()).toBe(0);
    await storage.add([{ token: Uint8Array.of(2), keyId: 'new', expires: issuer.time + 31 }]);
    expect(await wallet.available()).toBe(1);
    expect(await wallet.take()).toEqual(Uint8Array.of(2));
    expect(await storage.take(0)).toBeUndefined();
  });

  it('drops the tokens of keys that the issuer took back', async () => {
    const storage = new MemoryStorage();
    await storage.add([{ token: Uint8Array.of(1), keyId: 'revoked', expires: issuer.time + 9999 }]);
    const wallet = issuer.wallet({ storage, batch: 1 });
    await wallet.refill();
    expect(await wallet.available()).toBe(1);
    expect(await wallet.take()).toHaveLength(354);
  });
});

describe('a token that was not spent', () => {
  it('can be given back once, and is then the next to be taken', async () => {
    const wallet = issuer.wallet({ batch: 1 });
    const token = await wallet.take();
    await wallet.giveBack(token);
    await wallet.giveBack(token);
    expect(await wallet.available()).toBe(1);
    expect(await wallet.take()).toEqual(token);
    // And again, as it was handed out again.
    await wallet.giveBack(token);
    expect(await wallet.available()).toBe(1);
  });

  it('is taken back by the wallet that handed it out only', async () => {
    const [one, other] = [issuer.wallet({ batch: 1 }), issuer.wallet({ batch: 1 })];
    const token = await one.take();
    await other.giveBack(token);
    await one.giveBack(token.slice());
    expect([await one.available(), await other.available()]).toEqual([0, 0]);
  });
});

describe('the issuer’s refusal', () => {
  it.each([
    [
      'of an account',
      {
        credential: accountKey(
          'ann',
          SEED.map(() => 1),
        ),
      },
      'proof-bad-signature',
    ],
    ['of an unknown account', { credential: accountKey('zoe', SEED) }, 'proof-bad-signature'],
    ['of no account', { credential: { fields: async () => ({}) } }, 'account-missing'],
    ['of a clock', { now: () => issuer.time + 300 }, 'proof-wrong-time'],
    ['of too many', { batch: 9 }, 'batch-too-large'],
  ])('%s is told by its code', async (_, change, detail) => {
    expect(await failure(issuer.wallet(change).take())).toMatchObject({ code: 'issuer-refused', detail });
  });

  it('when the quota is used up says when to come back', async () => {
    const poor = await new TestIssuer({ quotaPerEpoch: 1 }).start();
    expect(await failure(poor.wallet().take())).toMatchObject({
      code: 'issuer-refused',
      detail: 'quota-exhausted',
      retryAfter: 500,
    });
    await poor.end();
  });

  it('to be there is a failure of the network', async () => {
    const wallet = issuer.wallet({ routes: [directory(), directory()], issuerUrl: 'http://127.0.0.1:1' });
    expect(await failure(wallet.take())).toMatchObject({ code: 'network-failed' });
  });
});

describe('an issuer that might tell users apart', () => {
  const forged = () => signingKeyOf(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey);
  const mismatch = (detail: string) => ({ code: 'issuer-key-mismatch', detail });
  const [next, current] = [() => keys[0]!, () => keys[1]!];

  it.each<[string, () => readonly DirectoryKey[]]>([
    ['another key', () => [{ ...current(), key: forged().key }]],
    ['another key first', () => [{ ...current(), key: forged().key }, current()]],
    ['the key with another end', () => [{ ...current(), notAfter: current().notAfter! + 1 }]],
    ['the key with another start', () => [{ ...current(), notBefore: current().notBefore! - 1 }]],
  ])('by showing %s to one route is not asked for tokens', async (_, shown) => {
    let asked = 0;
    const wallet = issuer.wallet({
      routes: [route, directory({ keys: shown() })],
      fetch: (url, init) => {
        asked++;
        return fetch(url, init);
      },
    });
    expect(await failure(wallet.take())).toMatchObject(mismatch('directories-differ'));
    expect(asked).toBe(0);
  });

  it('may show the next key to one route earlier', async () => {
    const wallet = issuer.wallet({ routes: [route, directory({ keys: [current()] })], batch: 1 });
    expect(await wallet.take()).toHaveLength(354);
  });

  it('is not believed on one route alone', async () => {
    const wallet = issuer.wallet({ routes: [route] as never });
    expect(await failure(wallet.take())).toMatchObject(mismatch('directories-differ'));
  });

  it('by signing with another key is found out, and its token not kept', async () => {
    const other = forged();
    const wallet = issuer.wallet({
      batch: 1,
      routes: [directory(), directory()],
      fetch: async (_, init) => {
        const [request] = decodeTokenBatchRequest(init.body as Uint8Array);
        request!.blindedMessage[0] = 0;
        const answer = encodeTokenBatchResponse([blindSign(other, request!.blindedMessage)]);
        return new Response(answer, { headers: { 'content-type': TOKEN_BATCH_RESPONSE_TYPE } });
      },
    });
    expect(await failure(wallet.take())).toMatchObject(mismatch('token-bad-signature'));
    expect(await wallet.available()).toBe(0);
  });

  it.each<[string, DirectoryRoute, string]>([
    ['no key for now', directory({ keys: [] }), 'answer-malformed'],
    ['a key for later only', async (s) => directory({ keys: [next()] })(s), 'token-unavailable'],
    [
      'somebody else to send credentials to',
      directory({ requestUri: 'https://evil.example/' }),
      'answer-malformed',
    ],
    ['no directory', async () => Uint8Array.of(1), 'answer-malformed'],
  ])('with %s is not asked', async (_, shown, code) => {
    expect(await failure(issuer.wallet({ routes: [shown, shown] }).take())).toMatchObject({ code });
  });
});

describe('an answer', () => {
  const answered = (body: Uint8Array<ArrayBuffer>, type = TOKEN_BATCH_RESPONSE_TYPE) =>
    issuer.wallet({
      batch: 1,
      routes: [directory(), directory()],
      fetch: async () => new Response(body, { headers: { 'content-type': type } }),
    });

  it.each<[string, Uint8Array<ArrayBuffer>, string | undefined]>([
    ['that is empty', new Uint8Array(0), 'token-truncated'],
    ['that holds nothing', Uint8Array.of(1, 0), 'token-response-malformed'],
    ['that goes on', new Uint8Array(4096), undefined],
  ])('%s is malformed', async (_, body, detail) => {
    expect(await failure(answered(body).take())).toMatchObject({ code: 'answer-malformed', detail });
  });

  it('of another type is malformed', async () => {
    expect(await failure(answered(new Uint8Array(4), 'text/html').take())).toMatchObject({
      code: 'answer-malformed',
    });
  });
});

describe('a caller’s signal', () => {
  it('ends a refill', async () => {
    const controller = new AbortController();
    const wallet = issuer.wallet({ batch: 16, routes: [directory(), directory()] });
    const refill = failure(wallet.refill(controller.signal));
    controller.abort();
    expect(await refill).toMatchObject({ code: 'aborted' });
  });
});
