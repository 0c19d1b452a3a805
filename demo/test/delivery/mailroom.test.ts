import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { Mailroom } from '../../delivery/mailroom.js';
import type { Push } from '../../delivery/protocol.js';

const GROUP = 'a'.repeat(32);
const PEOPLE = ['anna', 'ben', 'chloe', 'dora', 'eve'];
let room: Mailroom;
let sent = 0;
const say = (person: string) => room.send(person, GROUP, (sent++).toString(16).padStart(32, '0'), 'AAAA');
const invite = (person: string, invited: string, seq: number) =>
  room.invite(person, { group: GROUP, seq, bytes: btoa(`${invited} ${seq} `), invited });
const got = (person: string, after = 0) => room.fetch(person, GROUP, after).map(({ seq }) => seq);
const headOf = (person: string) => room.heads(person)[GROUP];

beforeEach(() => {
  room = new Mailroom(PEOPLE, 100_000);
  room.create('anna', GROUP);
  for (const person of ['ben', 'chloe', 'dora']) invite('anna', person, 0);
  for (let i = 0; i < 4; i++) say('anna');
});

describe('somebody who is in', () => {
  it('keeps their place when another member invites them again', () => {
    invite('ben', 'chloe', 4);
    expect(got('chloe')).toEqual([1, 2, 3, 4]);
    invite('ben', 'anna', 4);
    expect(got('anna')).toEqual([1, 2, 3, 4]);
  });

  it('is not put out by the word of one, or of half of the others', () => {
    room.expel('ben', GROUP, 'anna', 0);
    room.expel('ben', GROUP, 'anna', 2);
    say('ben');
    expect(got('anna')).toEqual([1, 2, 3, 4, 5]);
    expect(headOf('anna')).toEqual({ seq: 5, ended: false });
    say('anna');
  });

  it('is not put out when the others speak of different entries', () => {
    room.expel('ben', GROUP, 'anna', 2);
    room.expel('chloe', GROUP, 'anna', 3);
    room.expel('dora', GROUP, 'anna', 4);
    expect(headOf('anna')?.ended).toBe(false);
  });

  it('is out when most others say so, and still gets all that led there', () => {
    const pushed: Push[] = [];
    room.listen('anna', (push) => pushed.push(push));
    room.expel('ben', GROUP, 'anna', 4);
    say('ben');
    room.expel('chloe', GROUP, 'anna', 4);
    say('ben');
    expect(pushed.flatMap((push) => (push.push === 'entry' ? [push.entry.seq] : []))).toEqual([5]);
    expect(got('anna')).toEqual([1, 2, 3, 4]);
    expect(headOf('anna')).toEqual({ seq: 4, ended: true });
    expect(() => say('anna')).toThrow('not-a-member');
    expect(() => room.expel('anna', GROUP, 'ben', 4)).toThrow('not-a-member');
  });

  it('is not put out by somebody who is in no more, nor at an entry that is not there', () => {
    for (const voter of ['ben', 'chloe']) room.expel(voter, GROUP, 'dora', 4);
    room.expel('anna', GROUP, 'dora', 4);
    expect(() => room.expel('dora', GROUP, 'anna', 4)).toThrow('not-a-member');
    expect(() => room.expel('ben', GROUP, 'anna', 99)).toThrow('request-malformed');
    expect(() => invite('ben', 'eve', 99)).toThrow('request-malformed');
  });
});

it('whatever one member tells the service, the others get all that is sent, and can go on', () => {
  const told = fc.record({
    op: fc.constantFrom('invite' as const, 'expel' as const),
    whom: fc.constantFrom('anna', 'chloe', 'dora', 'eve', 'ben'),
    seq: fc.nat(12),
  });
  fc.assert(
    fc.property(fc.array(told, { maxLength: 30 }), (all) => {
      room = new Mailroom(PEOPLE, 1_000_000);
      room.create('anna', GROUP);
      for (const person of ['ben', 'chloe', 'dora']) invite('anna', person, 0);
      for (const { op, whom, seq } of all) {
        say('anna');
        if (seq > headOf('ben')!.seq) continue;
        if (op === 'invite') invite('ben', whom, seq);
        else room.expel('ben', GROUP, whom, seq);
      }
      for (const person of ['anna', 'chloe', 'dora']) {
        say(person);
        expect(got(person)).toEqual(Array.from({ length: headOf(person)!.seq }, (_, at) => at + 1));
        expect(headOf(person)!.ended).toBe(false);
      }
    }),
  );
});

describe('somebody who comes back', () => {
  it('gets what was theirs and what comes then, and not what was in between', () => {
    for (const voter of ['anna', 'chloe']) room.expel(voter, GROUP, 'ben', 4);
    say('anna');
    invite('anna', 'ben', 5);
    say('anna');
    expect(got('ben')).toEqual([1, 2, 3, 4]);
    expect(got('ben', 4)).toEqual([6]);
    say('ben');
  });

  it('is not put out by what is told late of the time before', () => {
    invite('anna', 'ben', 4);
    for (const voter of ['anna', 'chloe', 'dora']) room.expel(voter, GROUP, 'ben', 3);
    expect(headOf('ben')).toEqual({ seq: 4, ended: false });
  });
});

describe('the room', () => {
  it('is not filled by one person alone', () => {
    const bytes = 'A'.repeat(4_000);
    const fill = (person: string) => {
      for (let i = 0; i < 40; i++) room.send(person, GROUP, `${i}`.padStart(32, '0'), bytes);
    };
    expect(() => fill('ben')).toThrow('storage-full');
    say('anna');
  });

  it('takes the same invitation once, whoever tells it again', () => {
    invite('anna', 'eve', 4);
    invite('anna', 'eve', 4);
    expect(room.chats('eve').invitations).toHaveLength(1);
  });
});
