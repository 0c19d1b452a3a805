import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type ClientError, type Fetch, GatewayKey, ownDraft, type PrivateAi } from '../../../client/index.js';
import {
  CHUNKED_REQUEST_TYPE,
  decodeKeyConfigList,
  encodeKeyConfigList,
  generateKemKeyPair,
  KEM_X25519,
  KEY_CONFIG_LIST_TYPE,
  OFFERED_SUITES,
} from '../../../wire/index.js';
import { CHAT, collect, textOf } from '../../server/fixture.js';
import { meeting, type OnTheWay, problem, TestPath, TestTokens } from './path.js';

let path: TestPath;
beforeAll(async () => {
  path = await TestPath.start();
}, 60_000);
afterAll(() => path.stop());
afterEach(() => path.machineRefuses());

const ask = (ai: PrivateAi, signal?: AbortSignal) =>
  collect(ai.proofread(ownDraft('She go home'), signal ? { signal } : {}));
const failure = (act: Promise<unknown>): Promise<ClientError> =>
  act.then(
    () => expect.fail('it did not fail'),
    (error: ClientError) => error,
  );

describe('a request over the private path', () => {
  it('is answered by a verified machine, for one token', async () => {
    const { ai, tokens } = path.client();
    expect(textOf(await collect(ai.summarize(CHAT)))).not.toBe('');
    expect(ai.verdict).toMatchObject({ ok: true });
    expect(tokens).toMatchObject({ taken: 1, returned: [] });
  });

  it('starts with a session that was held ready, and has the next one behind it', async () => {
    const opened: string[] = [];
    const counting: Fetch = async (url, init) => {
      opened.push((init.headers as Record<string, string>)['content-type'] ?? '');
      return fetch(url, init);
    };
    const { ai } = path.client({ fetch: counting });
    await ai.preconnect();
    expect(opened).toEqual(['message/ohttp-req']);
    await ask(ai);
    // The request itself came next: no session had to be opened first.
    expect(opened[1]).toBe('message/ohttp-chunked-req');
    ai.close();
  });

  it.each([
    ['is busy', 'server-busy'],
    ['stops', 'server-stopping'],
    ['has forgotten the session', 'session-unknown'],
    ['breaks off before its answer', 'break'],
  ])('is made again elsewhere, with the same token, when the machine %s', async (_, refusal) => {
    path.machineRefuses(refusal, refusal);
    const { ai, tokens } = path.client();
    expect(textOf(await ask(ai))).not.toBe('');
    expect(tokens).toMatchObject({ taken: 1, returned: [] });
  });
});

describe('a token comes back to its wallet', () => {
  const gone = new AbortController();
  gone.abort();

  it.each<[string, Fetch | undefined, AbortSignal | undefined, string, string | undefined]>([
    [
      'when no session can be opened, as the relay limits its address',
      async () => problem(429, 'address-limited'),
      undefined,
      'server-refused',
      'address-limited',
    ],
    [
      'when the relay cannot be reached',
      async () => Promise.reject(new TypeError('fetch failed')),
      undefined,
      'network-failed',
      undefined,
    ],
    ['when the caller gave up before it was sent', undefined, gone.signal, 'aborted', undefined],
  ])('%s', async (_, network, signal, code, detail) => {
    const { ai, tokens } = path.client(network ? { fetch: network } : {});
    expect(await failure(ask(ai, signal))).toMatchObject({ code, detail });
    expect(tokens.returned).toHaveLength(1);
  });

  it('when the machine is not trusted', async () => {
    const { ai, tokens } = path.client({ policy: { measurements: [new Uint8Array(48)] } });
    expect(await failure(ask(ai))).toMatchObject({ code: 'attestation-failed' });
    expect(tokens.returned).toHaveLength(1);
  });

  it('when there is nothing to be sent', async () => {
    const { ai, tokens } = path.client();
    expect(await failure(collect(ai.proofread(ownDraft(' '))))).toMatchObject({ code: 'request-invalid' });
    expect(tokens.returned).toHaveLength(1);
  });

  it('when the machine refuses the request for good, which the gateway says under its seal', async () => {
    path.machineRefuses('request-malformed');
    const { ai, tokens } = path.client();
    expect(await failure(ask(ai))).toMatchObject({ code: 'server-refused', detail: 'request-malformed' });
    const [token] = tokens.returned;
    expect(tokens).toMatchObject({ taken: 1, returned: [token] });
    // And the gateway takes it.
    expect(textOf(await ask(ai))).not.toBe('');
  });
});

describe('a token is not used again', () => {
  const refusedBy = (status: number, code?: string): OnTheWay => {
    return async () => problem(status, code);
  };
  it.each<[string, OnTheWay, string, string | undefined]>([
    [
      'when the relay says that the gateway cannot be reached',
      refusedBy(502, 'gateway-unavailable'),
      'server-refused',
      'gateway-unavailable',
    ],
    [
      'when the relay limits the address',
      refusedBy(429, 'address-limited'),
      'server-refused',
      'address-limited',
    ],
    [
      'when the relay says what only a machine can know',
      refusedBy(503, 'server-busy'),
      'server-refused',
      'server-busy',
    ],
    ['when something else answers', refusedBy(500), 'server-refused', undefined],
    [
      'when the connection breaks before an answer',
      async (passes) => {
        await (await passes()).body?.cancel();
        throw new TypeError('fetch failed');
      },
      'network-failed',
      undefined,
    ],
    [
      'when the answer was changed on its way',
      async (passes) => {
        const answer = await passes();
        const bytes = new Uint8Array(await answer.arrayBuffer());
        bytes[30]! ^= 1;
        return new Response(bytes, { headers: answer.headers });
      },
      'answer-malformed',
      'ohttp-open-failed',
    ],
  ])('%s', async (_, first, code, detail) => {
    const { ai, tokens } = path.client({ fetch: meeting(first) });
    expect(await failure(ask(ai))).toMatchObject({ code, detail });
    expect(tokens).toMatchObject({ taken: 1, returned: [] });
  });

  it.each([
    ['when the gateway cannot say what became of it', 'spent-set-unavailable'],
    ['when the gateway made a mistake', 'internal'],
  ])('%s', async (_, code) => {
    path.machineRefuses(code);
    const { ai, tokens } = path.client();
    expect(await failure(ask(ai))).toMatchObject({ code: 'server-refused', detail: code });
    expect(tokens).toMatchObject({ taken: 1, returned: [] });
  });

  it.each([
    ['when it was spent before', 'token-spent', true, {}],
    ['when it is for another gateway', 'token-wrong-challenge', false, { gateway: 'elsewhere.test' }],
  ])('%s', async (_, detail, twice, about) => {
    const token = path.gateway.issuer.token(about);
    const tokens = new TestTokens(() => token);
    const { ai } = path.client({ tokens });
    if (twice) await ask(ai);
    const before = tokens.taken;
    expect(await failure(ask(ai))).toMatchObject({ code: 'server-refused', detail });
    // It and one more, which is no better.
    expect(tokens.taken - before).toBe(2);
    expect(tokens.returned).toEqual([]);
  });

  it('when the caller gives up while it is on its way', async () => {
    const controller = new AbortController();
    const leaving = meeting(async (passes) => {
      controller.abort();
      return passes();
    });
    const { ai, tokens } = path.client({ fetch: leaving });
    expect(await failure(ask(ai, controller.signal))).toMatchObject({ code: 'aborted' });
    expect(tokens.returned).toEqual([]);
  });

  it('when the answer is cut off again and again before anything was seen of it', async () => {
    const cutting: Fetch = async (url, init) => {
      const type = (init.headers as Record<string, string>)['content-type'];
      const { headers, body } = await fetch(url, init);
      if (type !== CHUNKED_REQUEST_TYPE) return new Response(body, { headers });
      await body?.cancel();
      return new Response(new Uint8Array(5), { headers });
    };
    const { ai, tokens } = path.client({ fetch: cutting });
    const cut = { code: 'answer-truncated', detail: 'ohttp-truncated' };
    expect(await failure(ask(ai))).toMatchObject(cut);
    expect(tokens).toMatchObject({ taken: 2, returned: [] });
  });

  it('when machines are gone in the middle of their answers, which then never look complete', async () => {
    path.machineRefuses('cut', 'cut');
    const { ai, tokens } = path.client();
    expect(await failure(collect(ai.summarize(CHAT)))).toMatchObject({ code: 'answer-truncated' });
    expect(tokens.returned).toEqual([]);
  });
});

describe('an answer that is cut off before anything was seen of it', () => {
  it('is asked for once more, with a token of its own', async () => {
    const { ai, tokens } = path.client({
      fetch: meeting(async (passes) => {
        const { headers, body } = await passes();
        await body?.cancel();
        return new Response(new Uint8Array(5), { headers });
      }),
    });
    expect(textOf(await ask(ai))).not.toBe('');
    expect(tokens).toMatchObject({ taken: 2, returned: [] });
  });
});

describe('a token that the gateway does not take', () => {
  it('is replaced by another one, once, and its owner gets the answer', async () => {
    const spent = path.gateway.issuer.token({});
    const fresh = path.gateway.issuer.token({});
    const first = path.client({ tokens: new TestTokens(() => spent) });
    await ask(first.ai);
    const wallet = [spent, fresh];
    const tokens = new TestTokens(() => wallet.shift()!);
    const { ai } = path.client({ tokens });
    expect(textOf(await ask(ai))).not.toBe('');
    expect(tokens).toMatchObject({ taken: 2, returned: [] });
  });

  it('is not replaced because the relay says so', async () => {
    const refusing = meeting(async () => problem(409, 'token-spent'));
    const { ai, tokens } = path.client({ fetch: refusing });
    expect(await failure(ask(ai))).toMatchObject({ code: 'server-refused', detail: 'token-spent' });
    expect(tokens).toMatchObject({ taken: 1, returned: [] });
  });
});

describe('a key that the gateway does not know', () => {
  const { publicKey } = generateKemKeyPair(KEM_X25519);
  const former = encodeKeyConfigList([
    { keyId: 77, kem: KEM_X25519, publicKey, suites: OFFERED_SUITES },
  ]) as Uint8Array<ArrayBuffer>;
  /** Keys that are `former` the first `times`, and from then on the gateway's. */
  const keys = (times: number) => {
    const asked: string[] = [];
    const fetchKeys: Fetch = async (url, init) => {
      asked.push(url);
      const old = asked.filter((one) => one === url).length <= times;
      if (!old) return fetch(url, init);
      return new Response(former, { headers: { 'content-type': KEY_CONFIG_LIST_TYPE } });
    };
    return { asked, gatewayKey: new GatewayKey(fetchKeys, path.keySources) };
  };

  it('is fetched anew, from both sources, before a token is sent', async () => {
    const { asked, gatewayKey } = keys(1);
    const { ai, tokens } = path.client({ gatewayKey });
    await ask(ai);
    expect(asked).toHaveLength(4);
    expect(tokens).toMatchObject({ taken: 1, returned: [] });
  });

  it('is fetched anew once, and not again and again', async () => {
    const { asked, gatewayKey } = keys(Number.POSITIVE_INFINITY);
    const { ai, tokens } = path.client({ gatewayKey });
    for (let i = 0; i < 3; i++)
      expect(await failure(ask(ai))).toMatchObject({ code: 'server-refused', detail: 'key-unknown' });
    expect(asked).toHaveLength(4);
    expect(tokens.returned).toHaveLength(1);
  });

  it('is found out about when a request is sent: that takes another session, and another token', async () => {
    const { asked, gatewayKey } = keys(0);
    const first = meeting(async () => problem(400, 'key-unknown'));
    const { ai, tokens } = path.client({ gatewayKey, fetch: first });
    expect(textOf(await ask(ai))).not.toBe('');
    expect(asked).toHaveLength(4);
    expect(tokens).toMatchObject({ taken: 2, returned: [] });
  });

  it('is not replaced by one that not everybody is given', async () => {
    let asked = 0;
    const fetchKeys: Fetch = async (url, init) => {
      if (asked++ < 2 || url.startsWith(path.relay.url))
        return new Response(former, { headers: { 'content-type': KEY_CONFIG_LIST_TYPE } });
      return fetch(url, init);
    };
    const gatewayKey = new GatewayKey(fetchKeys, path.keySources);
    const { ai, tokens } = path.client({ gatewayKey });
    expect(await failure(ask(ai))).toMatchObject({ code: 'key-mismatch', detail: 'gateway-key' });
    expect(decodeKeyConfigList(former)).toHaveLength(1);
    expect(tokens.returned).toHaveLength(1);
  });
});
