import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GatewayKey } from '../../client/index.js';
import { startRelay } from '../../edge/index.js';
import { KeyCache } from '../../edge/key-cache.js';
import { encodeKeyConfigList, generateKemKeyPair, KEM_X25519, OFFERED_SUITES } from '../../wire/index.js';
import { problemOf, testGateway } from './fixture.js';
import { TestIssuer } from './issuer/fixture.js';

const keysOf = (keyId: number) => {
  const { publicKey } = generateKemKeyPair(KEM_X25519);
  return encodeKeyConfigList([{ keyId, kem: KEM_X25519, publicKey, suites: OFFERED_SUITES }]);
};

describe("a cache of the gateway's keys", () => {
  let gateway: Server;
  let url: string;
  let keys: Uint8Array;
  let age: string | undefined;
  let asked = 0;
  let time = 0;
  const hex = async (cache: KeyCache) => (await cache.keys()).toString('hex');
  beforeEach(async () => {
    [keys, age, asked, time] = [keysOf(1), undefined, 0, 0];
    gateway = createServer((_, response) => {
      asked++;
      response.setHeader('content-type', 'application/ohttp-keys');
      if (age !== undefined) response.setHeader('cache-control', age);
      response.end(keys);
    }).listen(0, '127.0.0.1');
    await once(gateway, 'listening');
    url = `http://127.0.0.1:${(gateway.address() as AddressInfo).port}`;
  });
  afterEach(async () => {
    gateway.closeAllConnections();
    gateway.close();
    await once(gateway, 'close');
  });

  it('keeps them for its own time when the gateway says nothing', async () => {
    const cache = new KeyCache(url, 60_000, () => time);
    const first = await hex(cache);
    keys = keysOf(2);
    time = 59_999;
    expect(await hex(cache)).toBe(first);
    time = 60_000;
    expect(await hex(cache)).toBe(Buffer.from(keys).toString('hex'));
    expect(asked).toBe(2);
  });

  it('keeps them no longer than the gateway has them, so that two caches change over at once', async () => {
    age = 'public, max-age=100';
    const early = new KeyCache(url, 3_600_000, () => time);
    await early.keys();
    time = 90_000;
    age = 'public, max-age=10';
    const late = new KeyCache(url, 3_600_000, () => time);
    expect(await hex(late)).toBe(await hex(early));
    keys = keysOf(2);
    time = 99_999;
    expect(await hex(late)).toBe(await hex(early));
    expect(asked).toBe(2);
    time = 100_000;
    expect(await hex(late)).toBe(Buffer.from(keys).toString('hex'));
    expect(await hex(early)).toBe(await hex(late));
  });

  it('has none when the gateway is gone and its time is over', async () => {
    const cache = new KeyCache('http://127.0.0.1:1', 60_000);
    await expect(cache.keys()).rejects.toMatchObject({ code: 'keys-unavailable', retryAfter: 5 });
  });
});

describe('an issuer that mirrors a gateway', () => {
  it('shows everybody the bytes that the relay shows, so that a client believes the key', async () => {
    const gateway = await testGateway([]);
    const listen = { host: '127.0.0.1', port: 0 };
    const relay = await startRelay({
      config: { listen, gateway: gateway.url, rate: { burst: 100, perSecond: 100 }, keySeconds: 300 },
      log: () => undefined,
    });
    const issuer = await new TestIssuer({ gatewayKeys: { gateway: gateway.url, keySeconds: 300 } }).start();
    const sources = [`${relay.url}/ohttp-keys`, `${issuer.url}/ohttp-keys`] as const;
    expect((await new GatewayKey(fetch, sources).current()).suites).toEqual(OFFERED_SUITES);
    const response = await fetch(sources[1]);
    expect(response.headers.get('content-type')).toBe('application/ohttp-keys');
    // Pages of any origin compare.
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    await gateway.close();
    // It goes on while the gateway is down, with what it has.
    expect(await (await fetch(sources[1])).arrayBuffer()).toEqual(await response.arrayBuffer());
    await relay.close();
    await issuer.end();
  });

  it('says that it has none when the gateway cannot be asked', async () => {
    const issuer = await new TestIssuer({
      gatewayKeys: { gateway: 'http://127.0.0.1:1', keySeconds: 300 },
    }).start();
    const response = await fetch(`${issuer.url}/ohttp-keys`);
    expect(response.headers.get('retry-after')).toBe('5');
    expect(await problemOf(response)).toEqual({ status: 503, code: 'keys-unavailable' });
    await issuer.end();
  });

  it('has no such path when it is told of no gateway', async () => {
    const issuer = await new TestIssuer().start();
    expect(await problemOf(await fetch(`${issuer.url}/ohttp-keys`))).toEqual({
      status: 404,
      code: 'not-found',
    });
    await issuer.end();
  });
});
