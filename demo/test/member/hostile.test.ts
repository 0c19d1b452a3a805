/** What members who do not follow the protocol, and a service that does not, try on the others. */
import { decodeMlsMessage, encodeMlsMessage } from 'ts-mls';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { fromBase64, Group, newId, newKeyPackage, toBase64 } from '../../group/index.js';
import { type Member, MemoryStore } from '../../member/index.js';
import { keyOf } from '../../member/item.js';
import { chatOf, texts, until, World } from './world.js';

let world: World;
beforeEach(async () => {
  world = await World.start();
});
afterEach(() => {
  vi.restoreAllMocks();
  return world.close();
});

const three = async (): Promise<readonly [Member, Member, Member]> => [
  await world.member('anna'),
  await world.member('ben'),
  await world.member('chloe'),
];
const notes = (member: Member, id: string, what: string) =>
  member.chats.get(id)!.items.filter((item) => item.kind === 'note' && item.what === what);

describe('the delivery service’s places', () => {
  it('are not taken by somebody who says that another was removed', async () => {
    const [anna, ben, chloe] = await three();
    const id = await chatOf(anna, ben, chloe);
    world.mailroom.expel('ben', id, 'anna', world.mailroom.heads('ben')[id]!.seq);
    await chloe.say(id, 'Anna, are you there?');
    await until(() => texts(anna, id).length === 1);
    await anna.say(id, 'Yes');
    await until(() => texts(chloe, id).length === 2);
  });

  it('that most others take together are missed by who was in them, and their setting is not believed', async () => {
    let now = 1_767_225_600_000;
    const clock = vi.spyOn(Date, 'now').mockImplementation(() => now);
    const [anna, ben, chloe] = await three();
    const id = await chatOf(anna, ben, chloe);
    const { seq } = world.mailroom.heads('ben')[id]!;
    for (const voter of ['ben', 'chloe']) world.mailroom.expel(voter, id, 'anna', seq);
    await until(() =>
      world.failures.some((one) => (one as { readonly code?: string } | undefined)?.code === 'cut-off'),
    );
    now += 121_000;
    expect(anna.chats.get(id)!.group.isMember).toBe(true);
    expect(anna.chats.get(id)!.privacy.standing()).toEqual({ kind: 'unproven', reason: 'state-stale' });
    clock.mockRestore();
  });

  it('are found again by who was removed and added while they were away', async () => {
    const store = new MemoryStore();
    const [anna, chloe] = [await world.member('anna'), await world.member('chloe')];
    const ben = await world.member('ben', { store });
    const id = await chatOf(anna, ben, chloe);
    await anna.say(id, 'one');
    await until(() => texts(ben, id).length === 1);
    ben.close();
    await anna.say(id, 'two');
    await anna.remove(id, 'ben');
    await anna.say(id, 'not for Ben');
    await anna.add(id, 'ben');
    await until(() => world.mailroom.chats('ben').invitations.length === 2);
    await anna.say(id, 'three');
    const again = await world.member('ben', { store });
    await until(() => texts(again, id).join() === 'anna: three');
    const [aside] = [...again.chats.values()].filter((chat) => chat.id !== id);
    expect(texts(again, aside!.id)).toEqual(['anna: one', 'anna: two']);
    expect(world.failures).toEqual([]);
  });
});

describe('an invitation to a group of a name that is known', () => {
  it('takes nothing of what was said, and turns no protection off', async () => {
    const [anna, ben, chloe] = await three();
    const id = await chatOf(anna, ben, chloe);
    await anna.say(id, 'kept from AI');
    await until(() => texts(ben, id).length === 1);
    await anna.protect(id, true);
    await anna.remove(id, 'ben');
    await until(() => !ben.chats.get(id)!.group.isMember);
    // Chloe makes another group of that name, without protection, and invites to it.
    const own = await Group.create({ id, name: 'Trip', me: 'chloe', now: 0 }, await newKeyPackage('chloe'));
    const { commit, welcome } = await own.add('ben', fromBase64(world.mailroom.claim('ben')));
    await own.open(commit);
    world.mailroom.invite('chloe', { group: id, seq: 1, bytes: toBase64(welcome!), invited: 'ben' });
    await until(() => ben.chats.size === 2);
    const [aside] = [...ben.chats.values()].filter((chat) => chat.id !== id);
    expect(texts(ben, aside!.id)).toEqual(['anna: kept from AI']);
    expect(aside!.privacy.standing()).toEqual({ kind: 'protected' });
    expect(texts(ben, id)).toEqual([]);
    await expect(ben.say(aside!.id, 'hello?')).rejects.toMatchObject({ code: 'not-a-member' });
  });

  it('does nothing to a chat that is going on', async () => {
    const [anna, ben] = await three();
    const id = await chatOf(anna, ben);
    await anna.say(id, 'one');
    await until(() => texts(ben, id).length === 1);
    const own = await Group.create({ id, name: 'Trip', me: 'anna', now: 0 }, await newKeyPackage('anna'));
    const { welcome } = await own.add('ben', fromBase64(world.mailroom.claim('ben')));
    world.mailroom.invite('anna', { group: id, seq: 0, bytes: toBase64(welcome!), invited: 'ben' });
    await anna.say(id, 'two');
    await until(() => texts(ben, id).length === 2);
    expect(ben.chats.size).toBe(1);
  });
});

describe('something of a later epoch', () => {
  /** A message of the chat’s, with another epoch written on it. */
  async function ahead(id: string, by: bigint): Promise<string> {
    const entry = world.mailroom.fetch('ben', id, 0).at(-1)!;
    const message = decodeMlsMessage(fromBase64(entry.bytes), 0)![0];
    if (message.wireformat !== 'mls_private_message') throw new Error('an MLS private message was expected');
    const { privateMessage } = message;
    const later = { ...privateMessage, epoch: privateMessage.epoch + by };
    return toBase64(encodeMlsMessage({ ...message, privateMessage: later }));
  }

  it('makes the setting unproven at once, over a restart too, until the chat has caught up', async () => {
    const store = new MemoryStore();
    const [anna, ben] = [await world.member('anna', { store }), await world.member('ben')];
    const id = await chatOf(anna, ben);
    await anna.say(id, 'one');
    await until(() => texts(ben, id).length === 1);
    const standing = (member: Member) => member.chats.get(id)!.privacy.standing();
    expect(standing(anna)).toEqual({ kind: 'open' });
    world.mailroom.send('ben', id, newId(), await ahead(id, 1n));
    await until(() => notes(anna, id, 'refused').length === 1);
    expect(notes(anna, id, 'refused')).toMatchObject([{ why: 'epoch-ahead' }]);
    expect(standing(anna)).toEqual({ kind: 'unproven', reason: 'state-behind' });
    anna.close();
    const again = await world.member('anna', { store });
    await until(() => again.connection === 'online');
    expect(standing(again)).toEqual({ kind: 'unproven', reason: 'state-behind' });
    await ben.protect(id, true);
    await ben.protect(id, false);
    await until(() => standing(again).kind === 'open');
  });
});

it('two members’ messages of the same id are two, and one’s own is not taken for another’s', async () => {
  const [anna, ben, chloe] = await three();
  const id = await chatOf(anna, ben, chloe);
  const same = newId();
  for (const one of [ben, chloe]) {
    const chat = one.chats.get(id)!;
    await chat.say({ id: same, text: `from ${one.person}`, time: 0 });
    world.mailroom.send(one.person, id, same, toBase64(chat.outbox[0]!.bytes));
    await until(() => chat.outbox.length === 0);
  }
  for (const one of [anna, ben, chloe]) {
    await until(() => texts(one, id).length === 2);
    expect(texts(one, id)).toEqual(['ben: from ben', 'chloe: from chloe']);
    const { items } = one.chats.get(id)!;
    expect(new Set(items.map(keyOf)).size).toBe(items.length);
    for (const item of items) if (item.kind === 'message') expect(item.seq).toBeGreaterThan(0);
  }
});
