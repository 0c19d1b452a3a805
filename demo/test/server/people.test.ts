import { describe, expect, it } from 'vitest';
import { Accounts } from '../../server/people.js';

const HOUR_MS = 3_600_000;

describe('a sign-in', () => {
  it('is of the people there are, and of nobody else', async () => {
    const accounts = await Accounts.create();
    expect(accounts.personOf(accounts.signIn('anna')!)).toBe('anna');
    expect(accounts.signIn('zoe')).toBeUndefined();
    expect(accounts.personOf('')).toBeUndefined();
  });

  it('ends after twelve hours, and does not come back', async () => {
    let now = 1_767_225_600_000;
    const accounts = await Accounts.create(() => now);
    const token = accounts.signIn('anna')!;
    now += 12 * HOUR_MS - 1;
    expect(accounts.personOf(token)).toBe('anna');
    now += 1;
    expect(accounts.personOf(token)).toBeUndefined();
    now -= HOUR_MS;
    expect(accounts.personOf(token)).toBeUndefined();
  });

  it('ends when somebody signs out, and their other ones do not', async () => {
    const accounts = await Accounts.create();
    const [one, other] = [accounts.signIn('anna')!, accounts.signIn('anna')!];
    accounts.signOut(one);
    expect([one, other].map((token) => accounts.personOf(token))).toEqual([undefined, 'anna']);
  });
});
