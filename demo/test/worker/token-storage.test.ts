import { describe, expect, it } from 'vitest';
import { MemoryStore } from '../../member/index.js';
import { fromBytes, toBytes } from '../../worker/serial.js';
import { KeptTokens } from '../../worker/token-storage.js';

const token = (n: number, expires = 100, keyId = 'aa') => ({ token: Uint8Array.of(n), keyId, expires });

describe('tokens', () => {
  it('are each taken once, however many ask at a time', async () => {
    const tokens = new KeptTokens(new MemoryStore());
    await tokens.add(Array.from({ length: 20 }, (_, n) => token(n)));
    const taken = await Promise.all(Array.from({ length: 25 }, () => tokens.take(0)));
    const got = taken.flatMap((one) => (one ? [one.token[0]!] : []));
    expect(new Set(got).size).toBe(20);
    expect(got).toHaveLength(20);
    expect(await tokens.count(0)).toBe(0);
  });

  it('that end sooner go first, and those that have ended are dropped', async () => {
    const tokens = new KeptTokens(new MemoryStore());
    await tokens.add([token(1, 300), token(2, 200), token(3, 50)]);
    expect(await tokens.count(60)).toBe(2);
    expect((await tokens.take(60))?.expires).toBe(200);
    expect((await tokens.take(60))?.expires).toBe(300);
    expect(await tokens.take(0)).toBeUndefined();
  });

  it('of keys that are not listed any more are dropped', async () => {
    const tokens = new KeptTokens(new MemoryStore());
    await tokens.add([token(1, 100, 'aa'), token(2, 100, 'bb')]);
    await tokens.keep(['bb']);
    expect((await tokens.take(0))?.keyId).toBe('bb');
    expect(await tokens.count(0)).toBe(0);
  });

  it('survive a restart', async () => {
    const store = new MemoryStore();
    await new KeptTokens(store).add([token(7)]);
    expect((await new KeptTokens(store).take(0))?.token).toEqual(Uint8Array.of(7));
  });
});

describe('values to be sealed', () => {
  it('come back with their bytes and big integers', () => {
    const value = { a: Uint8Array.of(0, 255), b: [1n, -(2n ** 70n)], c: { d: 'é', e: undefined, f: null } };
    expect(fromBytes(toBytes(value))).toEqual({ ...value, c: { d: 'é', f: null } });
  });
});
