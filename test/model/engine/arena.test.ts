import { describe, expect, it } from 'vitest';
import { SecretArena } from '../../../model/index.js';
import { bytesOf } from './fixture.js';

describe('SecretArena', () => {
  it('overwrites all that it allocated and adopted, and says how many bytes that were', () => {
    const arena = new SecretArena();
    const views = [arena.bytes(3), arena.int32(3), arena.float32(3), arena.bigint64(3)];
    const adopted = arena.adopt(new Uint8Array(100).subarray(10, 15));
    for (const view of [...views, adopted]) bytesOf(view).fill(7);

    expect(arena.wipe()).toBe(3 + 12 + 12 + 24 + 5);
    for (const view of [...views, adopted]) expect(bytesOf(view).every((byte) => byte === 0)).toBe(true);
  });

  it('overwrites only the bytes of an adopted view, not the rest of its buffer', () => {
    const buffer = new Uint8Array(8).fill(7);
    const arena = new SecretArena();
    arena.adopt(buffer.subarray(2, 4));
    arena.wipe();
    expect([...buffer]).toEqual([7, 7, 0, 0, 7, 7, 7, 7]);
  });

  it('has parts that it owns wipe themselves and adds their bytes', () => {
    const arena = new SecretArena();
    arena.bytes(2);
    arena.own({ wipe: () => 40 });
    expect(arena.wipe()).toBe(42);
  });

  it('is empty after wiping and can be used again', () => {
    const arena = new SecretArena();
    const before = arena.bytes(4);
    arena.wipe();
    before.fill(1);
    expect(arena.wipe()).toBe(0);
    expect([...before]).toEqual([1, 1, 1, 1]);
  });

  it('has nothing to overwrite in a buffer that was transferred away', () => {
    const arena = new SecretArena();
    const view = arena.bytes(16);
    structuredClone(view, { transfer: [view.buffer] });
    expect(arena.wipe()).toBe(0);
  });
});
