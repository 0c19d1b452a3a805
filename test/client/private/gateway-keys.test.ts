import { describe, expect, it } from 'vitest';
import { type Fetch, GatewayKey } from '../../../client/index.js';
import {
  encodeKeyConfigList,
  generateKemKeyPair,
  KEM_X25519,
  KEY_CONFIG_LIST_TYPE,
  OFFERED_SUITES,
} from '../../../wire/index.js';

const SOURCES = ['https://relay.example/ohttp-keys', 'https://issuer.example/ohttp-keys'] as const;
const KEYS = [1, 2].map((keyId) => {
  const { publicKey } = generateKemKeyPair(KEM_X25519);
  return encodeKeyConfigList([{ keyId, kem: KEM_X25519, publicKey, suites: OFFERED_SUITES }]);
}) as [Uint8Array, Uint8Array];

/** Two parties that publish keys, and a clock. */
class World {
  readonly shown = new Map<string, Uint8Array | number>(SOURCES.map((url) => [url, KEYS[0]]));
  readonly asked: string[] = [];
  readonly inits: RequestInit[] = [];
  time = 0;
  readonly #fetch: Fetch = async (url, init) => {
    this.asked.push(url);
    this.inits.push(init);
    const found = this.shown.get(url)!;
    if (typeof found === 'number') return new Response(null, { status: found });
    return new Response(Buffer.from(found), { headers: { 'content-type': KEY_CONFIG_LIST_TYPE } });
  };
  readonly key = new GatewayKey(this.#fetch, SOURCES, () => new Date(this.time));

  everywhere(keys: Uint8Array): void {
    for (const url of SOURCES) this.shown.set(url, keys);
  }
}

describe("the gateway's key", () => {
  it('is asked of both sources, past caches and without credentials, and kept for five minutes', async () => {
    const world = new World();
    expect(await world.key.current()).toMatchObject({ keyId: 1 });
    expect(world.asked.toSorted()).toEqual([...SOURCES].toSorted());
    for (const init of world.inits)
      expect(init).toMatchObject({ cache: 'no-store', credentials: 'omit', redirect: 'error' });
    world.everywhere(KEYS[1]);
    world.time = 299_999;
    expect(await world.key.current()).toMatchObject({ keyId: 1 });
    world.time = 300_000;
    expect(await world.key.current()).toMatchObject({ keyId: 2 });
    expect(world.asked).toHaveLength(4);
  });

  it('is asked for once by all who need it at once', async () => {
    const world = new World();
    await Promise.all([world.key.current(), world.key.current(), world.key.current()]);
    expect(world.asked).toHaveLength(2);
  });

  it.each(SOURCES)('is not believed when %s shows another one', async (url) => {
    const world = new World();
    world.shown.set(url, KEYS[1]);
    await expect(world.key.current()).rejects.toMatchObject({ code: 'key-mismatch', detail: 'gateway-key' });
  });

  it('is not believed when one of two lists has a key more', async () => {
    const world = new World();
    world.shown.set(SOURCES[1], Uint8Array.of(...KEYS[0], ...KEYS[1]));
    await expect(world.key.current()).rejects.toMatchObject({ code: 'key-mismatch' });
  });

  it('is not taken from one source when the other one is down', async () => {
    const world = new World();
    world.shown.set(SOURCES[1], 503);
    await expect(world.key.current()).rejects.toMatchObject({ code: 'server-refused' });
    world.shown.set(SOURCES[1], KEYS[0]);
    expect(await world.key.current()).toMatchObject({ keyId: 1 });
  });

  it('is none when both show what is no list of keys', async () => {
    const world = new World();
    world.everywhere(Uint8Array.of(1, 2, 3));
    await expect(world.key.current()).rejects.toMatchObject({ code: 'answer-malformed' });
  });
});

describe('a key that the gateway refused', () => {
  it('is replaced once; when the gateway does not know that either, there is no other one', async () => {
    const world = new World();
    const first = await world.key.current();
    world.everywhere(KEYS[1]);
    const second = await world.key.insteadOf(first);
    expect(second).toMatchObject({ keyId: 2 });
    expect(await world.key.insteadOf(second!)).toBeUndefined();
    expect(world.asked).toHaveLength(4);
  });

  it('is replaced once for all who were refused with it', async () => {
    const world = new World();
    const first = await world.key.current();
    world.everywhere(KEYS[1]);
    const others = await Promise.all([1, 2, 3].map(() => world.key.insteadOf(first)));
    expect(others.map((other) => other?.keyId)).toEqual([2, 2, 2]);
    expect((await world.key.insteadOf(first))?.keyId).toBe(2);
    expect(world.asked).toHaveLength(4);
  });

  it('is not replaced by one that was made for somebody', async () => {
    const world = new World();
    const first = await world.key.current();
    world.shown.set(SOURCES[0], KEYS[1]);
    await expect(world.key.insteadOf(first)).rejects.toMatchObject({ code: 'key-mismatch' });
  });

  it('may be refused again in later times', async () => {
    const world = new World();
    const second = await world.key.insteadOf(await world.key.current());
    expect(await world.key.insteadOf(second!)).toBeUndefined();
    world.time = 300_000;
    expect(await world.key.insteadOf(await world.key.current())).toMatchObject({ keyId: 1 });
  });
});
