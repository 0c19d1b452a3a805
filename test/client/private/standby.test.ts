import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Held, Standby } from '../../../client/private/standby.js';

const LIFE_MS = 120_000;

/** Opens sessions that live for two minutes, and fails when it is told to. */
class Opener {
  opened = 0;
  failing = false;
  readonly standby = new Standby(async () => {
    this.opened++;
    if (this.failing) throw new Error('no session now');
    return { session: { expires: new Date(Date.now() + LIFE_MS) }, number: this.opened } as unknown as Held;
  });

  async take(): Promise<number> {
    return ((await this.standby.take()) as unknown as { readonly number: number }).number;
  }
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('a standby', () => {
  it('opens nothing before it is told to start', async () => {
    const opener = new Opener();
    opener.standby.refill();
    await vi.advanceTimersByTimeAsync(LIFE_MS);
    expect(opener).toMatchObject({ opened: 0, standby: { ready: false } });
    expect(await opener.take()).toBe(1);
  });

  it('gives away the session that it holds, once', async () => {
    const opener = new Opener();
    await opener.standby.start();
    await opener.standby.start();
    expect(opener).toMatchObject({ opened: 1, standby: { ready: true } });
    expect(await opener.take()).toBe(1);
    expect(opener.standby.ready).toBe(false);
    expect(await opener.take()).toBe(2);
  });

  it('renews the session before it expires, and goes on doing so', async () => {
    const opener = new Opener();
    await opener.standby.start();
    await vi.advanceTimersByTimeAsync(0.75 * LIFE_MS - 1);
    expect(opener.opened).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(opener.opened).toBe(2);
    await vi.advanceTimersByTimeAsync(10 * LIFE_MS);
    expect(opener.standby.ready).toBe(true);
    expect(await opener.take()).toBe(opener.opened);
  });

  it('holds the next one behind a request', async () => {
    const opener = new Opener();
    await opener.standby.start();
    await opener.take();
    opener.standby.refill();
    // Who asks while it is being opened waits for that one.
    expect(await opener.take()).toBe(2);
    expect(opener.opened).toBe(2);
  });

  it('gives nobody a session that is about to expire', async () => {
    const opener = new Opener();
    await opener.standby.start();
    opener.standby.stop();
    await vi.advanceTimersByTimeAsync(LIFE_MS - 5_000);
    expect(opener.standby.ready).toBe(false);
    expect(await opener.take()).toBe(2);
  });

  it('says at its start that there can be no session, and tries on behind a request', async () => {
    const opener = new Opener();
    opener.failing = true;
    await expect(opener.standby.start()).rejects.toThrow('no session now');
    opener.standby.refill();
    await vi.advanceTimersByTimeAsync(4_999);
    expect(opener.opened).toBe(2);
    opener.failing = false;
    await vi.advanceTimersByTimeAsync(1);
    expect(opener).toMatchObject({ opened: 3, standby: { ready: true } });
  });

  it('opens no more once it is stopped', async () => {
    const opener = new Opener();
    await opener.standby.start();
    opener.standby.stop();
    opener.standby.refill();
    await vi.advanceTimersByTimeAsync(10 * LIFE_MS);
    expect(opener.opened).toBe(1);
  });
});
