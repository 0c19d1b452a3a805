import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Pacer } from '../../server/pacer.js';

beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
});
afterEach(() => {
  vi.useRealTimers();
});

/** When each chunk goes out, if they come at the given times. In milliseconds. */
async function released(
  arrivals: readonly number[],
): Promise<{ times: number[]; ended: number | undefined }> {
  const start = Date.now();
  const times: number[] = [];
  let ended: number | undefined;
  const pacer = new Pacer(50, () => times.push(Date.now() - start));
  for (const at of arrivals) setTimeout(() => pacer.take(Uint8Array.of(1)), at);
  setTimeout(() => pacer.end(() => (ended = Date.now() - start)), Math.max(...arrivals));
  await vi.advanceTimersByTimeAsync(5000);
  return { times, ended };
}

describe('the chunks of an answer', () => {
  it('go out on the same grid whether the engine is punctual or not', async () => {
    const punctual = await released([0, 50, 100, 150, 200]);
    const late = await released([0, 59, 103, 168, 200]);
    expect(punctual.times).toEqual([0, 75, 125, 175, 225]);
    expect(late.times).toEqual(punctual.times);
  });

  it('keep to the grid when one is so late that its beat has passed', async () => {
    expect((await released([0, 90, 100])).times).toEqual([0, 125, 175]);
  });

  it('go out one a beat, also when several come at once', async () => {
    const { times, ended } = await released([0, 50, 50, 50]);
    expect(times).toEqual([0, 75, 125, 175]);
    expect(ended).toBe(175);
  });

  it('are dropped when nobody wants them any more', async () => {
    const times: number[] = [];
    const pacer = new Pacer(50, () => times.push(Date.now()));
    for (let i = 0; i < 3; i++) pacer.take(Uint8Array.of(i));
    pacer.stop();
    await vi.advanceTimersByTimeAsync(1000);
    expect(times).toEqual([0]);
  });
});
