import { beforeEach, describe, expect, it } from 'vitest';
import { AttestationError } from '../../../attestation/index.js';
import type { LogEvent } from '../../../server/log.js';
import { Publication, type Published, type Subject } from '../../../server/staple/publication.js';

const DAY = 86_400_000;
const START = Date.parse('2026-06-15T12:00:00Z');
let time: number;
let asked: number;
let events: LogEvent[];
let counted: [boolean, number | undefined][];
let answer: () => Promise<Published>;

const published = (mark: number, issuedDay = 0, days = 30): Published => ({
  bytes: Uint8Array.of(mark),
  issued: [new Date(START + issuedDay * DAY)],
  nextUpdate: new Date(START + (issuedDay + days) * DAY),
});
const failing = async (): Promise<Published> => {
  throw new AttestationError('tdx-collateral-unavailable', 'out of order');
};
const subject = (key = 'this machine'): Subject => ({
  key,
  fetch: () => {
    asked++;
    return answer();
  },
});
const made = (random = 0.999) =>
  new Publication({
    kind: 'tdx-collateral',
    log: (event) => events.push(event),
    metrics: { collateral: (_, ok, until) => counted.push([ok, until?.getTime()]) },
    fetchMs: 1000,
    now: () => new Date(time),
    random: () => random,
  });
/** Lets time pass, and whatever is due happen. */
const advance = async (publication: Publication, ms: number) => {
  time += ms;
  publication.tick();
  await publication.settled();
};

beforeEach(() => {
  time = START;
  asked = 0;
  events = [];
  counted = [];
  answer = async () => published(1);
});

describe('what a vendor publishes', () => {
  it('is waited for once, and then at hand', async () => {
    const publication = made();
    expect(publication.healthy).toBe(true);
    const both = await Promise.all([publication.about(subject()), publication.about(subject())]);
    expect(both).toEqual([Uint8Array.of(1), Uint8Array.of(1)]);
    expect(await publication.about(subject())).toEqual(Uint8Array.of(1));
    expect(asked).toBe(1);
    expect(publication.healthy).toBe(true);
    expect(counted).toEqual([[true, START + 30 * DAY]]);
  });

  it('is renewed every day, each server at a time of its own, without anybody waiting', async () => {
    const publication = made(0);
    await publication.about(subject());
    await advance(publication, DAY / 2 - 1);
    expect(asked).toBe(1);
    let release!: (value: Published) => void;
    answer = () => new Promise((resolve) => (release = resolve));
    time += 1;
    publication.tick();
    publication.tick();
    expect(asked).toBe(2);
    expect(await publication.about(subject())).toEqual(Uint8Array.of(1));
    release(published(2, 0.5));
    await publication.settled();
    expect(await publication.about(subject())).toEqual(Uint8Array.of(2));
    expect(events).toEqual([]);
  });

  it('is renewed sooner when it is good for less than two days', async () => {
    answer = async () => published(1, 0, 1);
    const publication = made();
    await publication.about(subject());
    await advance(publication, DAY / 2);
    expect(asked).toBe(2);
  });

  it('is kept through an outage, past its time too, and said to be past it', async () => {
    const publication = made();
    await publication.about(subject());
    answer = failing;
    await advance(publication, DAY);
    expect(publication.healthy).toBe(true);
    await advance(publication, 30 * DAY);
    expect(publication.healthy).toBe(false);
    expect(await publication.about(subject())).toEqual(Uint8Array.of(1));
    answer = async () => published(3, 31);
    await advance(publication, DAY);
    expect(publication.healthy).toBe(true);
    expect(await publication.about(subject())).toEqual(Uint8Array.of(3));
    const failed = {
      event: 'collateral-failed',
      kind: 'tdx-collateral',
      reason: 'tdx-collateral-unavailable',
    };
    expect(events).toEqual([
      { ...failed, failures: 1 },
      { ...failed, failures: 2 },
      { event: 'collateral-recovered', kind: 'tdx-collateral', failures: 2 },
    ]);
    expect(counted.map(([ok]) => ok)).toEqual([true, false, false, true]);
  });

  it('is tried again after pauses that double, up to an hour', async () => {
    answer = failing;
    const publication = made();
    expect(await publication.about(subject())).toBeUndefined();
    expect(publication.healthy).toBe(false);
    const pauses: number[] = [];
    for (let i = 0; i < 9; i++) {
      const [before, from] = [asked, time];
      while (asked === before) await advance(publication, 1000);
      pauses.push((time - from) / 1000);
      expect(await publication.about(subject())).toBeUndefined();
    }
    expect(pauses).toEqual([30, 60, 120, 240, 480, 960, 1920, 3599, 3599].map((s) => expect.closeTo(s, -1)));
  });

  it('is not replaced by something older', async () => {
    answer = async () => published(1, 5);
    const publication = made();
    await publication.about(subject());
    answer = async () => published(2, 4);
    await advance(publication, DAY);
    expect(await publication.about(subject())).toEqual(Uint8Array.of(1));
    expect(events).toMatchObject([{ event: 'collateral-failed', reason: 'collateral-older' }]);
  });

  it('is of one machine: another one begins anew, and gets nothing of the first', async () => {
    const publication = made();
    let first!: (value: Published) => void;
    answer = () => new Promise((resolve) => (first = resolve));
    const waiting = publication.about(subject('one'));
    answer = async () => published(2);
    expect(await publication.about(subject('two'))).toEqual(Uint8Array.of(2));
    first(published(1));
    await waiting;
    expect(await publication.about(subject('two'))).toEqual(Uint8Array.of(2));
  });

  it('is nothing when nothing is asked for any more', async () => {
    answer = failing;
    const publication = made();
    await publication.about(subject());
    expect(await publication.about(undefined)).toBeUndefined();
    expect(publication.healthy).toBe(true);
    await advance(publication, DAY);
    expect(asked).toBe(1);
  });

  it('survives a mistake of ours, and tells it', async () => {
    answer = async () => {
      throw new TypeError('undefined is not a function');
    };
    const publication = made();
    expect(await publication.about(subject())).toBeUndefined();
    expect(events).toMatchObject([{ event: 'collateral-failed', reason: 'internal' }]);
  });
});
