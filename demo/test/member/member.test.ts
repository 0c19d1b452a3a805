import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import type { Socket } from '../../delivery/link.js';
import { LinkError } from '../../delivery/link-error.js';
import type { Member } from '../../member/index.js';
import { MemoryStore, StoreFullError } from '../../member/index.js';
import { chatOf, texts, until, World } from './world.js';

let world: World;
beforeEach(async () => {
  world = await World.start();
});
afterEach(() => {
  vi.restoreAllMocks();
  return world.close();
});

const settingOf = (member: Member, id: string) => member.chats.get(id)?.group.setting;

describe('members', () => {
  it('talk, and the delivery service has only ciphertext', async () => {
    const [anna, ben] = [await world.member('anna'), await world.member('ben')];
    const id = await chatOf(anna, ben);
    await anna.say(id, 'Lunch at the old harbour?');
    await until(() => texts(ben, id).length === 1);
    expect(texts(ben, id)).toEqual(['anna: Lunch at the old harbour?']);
    expect(world.mailroom.contents).not.toMatch(/harbour|Trip/);
    const all = Buffer.from(
      JSON.parse(world.mailroom.contents)
        .flat(3)
        .map((e: { bytes?: string }) => e.bytes ?? '')
        .join(''),
      'base64',
    );
    expect(all.length).toBeGreaterThan(500);
    expect(all.includes('harbour')).toBe(false);
    expect(world.failures).toEqual([]);
  });

  it('who were offline catch up, in order, and their own messages wait for the connection', async () => {
    const [anna, store] = [await world.member('anna'), new MemoryStore()];
    const ben = await world.member('ben', { store });
    const id = await chatOf(anna, ben);
    ben.close();
    for (let i = 0; i < 30; i++) await anna.say(id, `message ${i}`);
    await anna.protect(id, true);
    await until(() => anna.chats.get(id)!.outbox.length === 0);
    const again = await world.member('ben', { store });
    await until(() => texts(again, id).length === 30);
    expect(texts(again, id)).toEqual(Array.from({ length: 30 }, (_, i) => `anna: message ${i}`));
    await until(() => settingOf(again, id)?.on === true);
    expect(settingOf(again, id)).toMatchObject({ on: true, by: 'anna' });
    expect(again.chats.get(id)!.privacy.standing()).toEqual({ kind: 'protected' });
  });

  it('say things while they are offline, which are sent once, later', async () => {
    let down = false;
    const sockets: WebSocket[] = [];
    const open = () => {
      const socket = new WebSocket(down ? 'ws://127.0.0.1:1/' : world.socketUrl);
      sockets.push(socket);
      return socket as Socket;
    };
    const [anna, ben] = [await world.member('anna'), await world.member('ben', { open })];
    const id = await chatOf(anna, ben);
    down = true;
    sockets.at(-1)!.terminate();
    await until(() => ben.connection === 'offline');
    await ben.say(id, 'from the tunnel');
    expect(ben.chats.get(id)!.outbox).toHaveLength(1);
    await expect(ben.protect(id, true)).rejects.toMatchObject({ code: 'offline' });
    down = false;
    ben.retryNow();
    await until(() => texts(anna, id).length === 1);
    await until(() => ben.chats.get(id)!.outbox.length === 0);
    expect(texts(anna, id)).toEqual(['ben: from the tunnel']);
    expect(texts(ben, id)).toEqual(['ben: from the tunnel']);
  });

  it('see an entry that comes twice once, and fetch what a gap left out', async () => {
    const [anna, ben] = [await world.member('anna'), await world.member('ben')];
    const id = await chatOf(anna, ben);
    await anna.say(id, 'one');
    await until(() => texts(ben, id).length === 1);
    const [entry] = world.mailroom.fetch('ben', id, 0).slice(-1);
    // The service sends the same bytes again under a new number: nobody takes them twice.
    world.mailroom.send('anna', id, 'f'.repeat(32), entry!.bytes);
    await anna.say(id, 'two');
    await until(() => texts(ben, id).length === 2);
    expect(texts(ben, id)).toEqual(['anna: one', 'anna: two']);
  });
});

describe('Advanced Chat Privacy', () => {
  it('is seen by all, with its author, and kept by the SDK of each', async () => {
    const members = [await world.member('anna'), await world.member('ben'), await world.member('chloe')];
    const [anna, ben] = members as [Member, Member];
    const id = await chatOf(...members);
    await ben.protect(id, true);
    await until(() => members.every((one) => settingOf(one, id)?.on));
    for (const one of members) {
      expect(one.chats.get(id)!.privacy.standing()).toEqual({ kind: 'protected' });
      expect(one.chats.get(id)!.items.at(-1)).toMatchObject({
        kind: 'note',
        what: 'setting',
        on: true,
        by: 'ben',
      });
    }
    await anna.protect(id, false);
    await until(() => members.every((one) => one.chats.get(id)!.privacy.standing().kind === 'open'));
  });

  it('that three turn on at the same time is on, for all, once', async () => {
    const members = [await world.member('anna'), await world.member('ben'), await world.member('chloe')];
    const id = await chatOf(...members);
    await Promise.all(members.map((one) => one.protect(id, true)));
    await until(() => members.every((one) => settingOf(one, id)?.on && !one.chats.get(id)!.group.isChanging));
    const notes = members.map((one) =>
      one.chats.get(id)!.items.filter((item) => item.kind === 'note' && item.what === 'setting'),
    );
    expect(notes.map(({ length }) => length)).toEqual([1, 1, 1]);
    expect(new Set(members.map((one) => settingOf(one, id)?.by)).size).toBe(1);
    expect(world.failures).toEqual([]);
  });

  it('is known to somebody who is added later, who does not get what was said before', async () => {
    const [anna, ben] = [await world.member('anna'), await world.member('ben')];
    const id = await chatOf(anna, ben);
    await anna.say(id, 'before');
    await ben.protect(id, true);
    const chloe = await world.member('chloe');
    await anna.add(id, 'chloe');
    await until(() => chloe.chats.has(id));
    await anna.say(id, 'after');
    await until(() => texts(chloe, id).length > 0);
    expect(texts(chloe, id)).toEqual(['anna: after']);
    expect(settingOf(chloe, id)).toMatchObject({ on: true, by: 'ben' });
  });

  it('cannot be changed by somebody who was removed, and the SDK has no proof for them', async () => {
    const members = [await world.member('anna'), await world.member('ben'), await world.member('chloe')];
    const [anna, ben, chloe] = members as [Member, Member, Member];
    const id = await chatOf(...members);
    await anna.remove(id, 'ben');
    await until(() => !ben.chats.get(id)!.group.isMember);
    expect(ben.chats.get(id)!.privacy.standing()).toEqual({ kind: 'unproven', reason: 'not-a-member' });
    await expect(ben.protect(id, true)).rejects.toMatchObject({ code: 'not-a-member' });
    await until(() => chloe.chats.get(id)!.group.members.length === 2);
    // The delivery service believes it as soon as both of the others have said so.
    await until(() => world.mailroom.heads('ben')[id]!.ended);
    expect(() => world.mailroom.send('ben', id, 'e'.repeat(32), 'AAAA')).toThrow('not-a-member');
  });
});

describe('what goes wrong', () => {
  it('on a full disk loses nothing: the message is not said, and can be later', async () => {
    class Full extends MemoryStore {
      full = false;
      override async write(name: string, value: unknown): Promise<void> {
        if (this.full) throw new StoreFullError();
        await super.write(name, value);
      }
    }
    const store = new Full();
    const [anna, ben] = [await world.member('anna', { store }), await world.member('ben')];
    const id = await chatOf(anna, ben);
    await anna.say(id, 'one');
    store.full = true;
    await expect(anna.say(id, 'two')).rejects.toBeInstanceOf(StoreFullError);
    expect(texts(anna, id)).toEqual(['anna: one']);
    store.full = false;
    await anna.say(id, 'two');
    await until(() => texts(ben, id).length === 2);
    expect(texts(ben, id)).toEqual(['anna: one', 'anna: two']);
  });

  it('of a hostile member’s making is passed over, and said so', async () => {
    const [anna, ben] = [await world.member('anna'), await world.member('ben')];
    const id = await chatOf(anna, ben);
    world.mailroom.send('ben', id, 'd'.repeat(32), Buffer.from('no MLS at all').toString('base64'));
    await anna.say(id, 'still here');
    await until(() => texts(ben, id).length === 1);
    expect(
      anna.chats.get(id)!.items.filter((item) => item.kind === 'note' && item.what === 'refused'),
    ).toHaveLength(1);
  });

  it('of noise in a row is one line, so that it pushes nothing out of the chat', async () => {
    const [anna, ben] = [await world.member('anna'), await world.member('ben')];
    const id = await chatOf(anna, ben);
    for (let i = 0; i < 20; i++)
      world.mailroom.send(
        'ben',
        id,
        i.toString(16).padStart(32, '0'),
        Buffer.from('noise').toString('base64'),
      );
    await anna.say(id, 'still here');
    await until(() => texts(ben, id).length === 1);
    expect(anna.chats.get(id)!.items).toContainEqual(
      expect.objectContaining({ kind: 'note', what: 'refused', why: 'message-malformed', times: 20 }),
    );
  });

  it('of a service that leaves entries out is said, and not asked for again and again', async () => {
    const [anna, ben] = [await world.member('anna'), await world.member('ben')];
    const id = await chatOf(anna, ben);
    const fetch = vi.spyOn(world.mailroom, 'fetch').mockReturnValue([]);
    vi.spyOn(world.mailroom, 'heads').mockReturnValue({ [id]: { seq: 99, ended: false } });
    await until(() => world.failures.some((one) => one instanceof LinkError && one.code === 'order-broken'));
    const asked = fetch.mock.calls.length;
    // Each pulse to each of the two asks once.
    expect(asked).toBeLessThan(20);
  });

  it('of a service that goes back behind what it told proves nothing of the setting', async () => {
    let now = 1_767_225_600_000;
    const clock = vi.spyOn(Date, 'now').mockImplementation(() => now);
    const [anna, ben] = [await world.member('anna'), await world.member('ben')];
    const id = await chatOf(anna, ben);
    const { privacy } = anna.chats.get(id)!;
    expect(privacy.standing()).toEqual({ kind: 'open' });
    const heads = vi.spyOn(world.mailroom, 'heads').mockReturnValue({ [id]: { seq: 0, ended: false } });
    now += 121_000;
    await until(() => heads.mock.calls.length > 4);
    expect(privacy.standing()).toEqual({ kind: 'unproven', reason: 'state-stale' });
    heads.mockReturnValue({});
    await until(() => heads.mock.calls.length > 8);
    expect(privacy.standing()).toEqual({ kind: 'unproven', reason: 'state-stale' });
    heads.mockRestore();
    await until(() => privacy.standing().kind === 'open');
    clock.mockRestore();
  });

  it('with a sign-in that is not known any more is told, and not tried again', async () => {
    const nobody = await world.member('anna', { token: 'stale' });
    expect(nobody.connection).toBe('not-signed-in');
  });

  it.each([
    '',
    '[]',
    '{"re":1,"op":"toString"}',
    '{"re":1,"op":"send","group":"../..","id":"x","bytes":"?"}',
    '{"re":1,"op":"chats","more":1}',
  ])('in the frame %j is refused with its code', async (frame) => {
    const socket = new WebSocket(world.socketUrl);
    const answer = await new Promise<string>((resolve) => {
      socket.on('open', () => socket.send(frame));
      socket.on('message', (data) => resolve(String(data)));
    });
    expect(JSON.parse(answer)).toMatchObject({ ok: false, code: 'request-malformed' });
    socket.close();
  });

  it('is refused before a sign-in, and from pages of other origins', async () => {
    const socket = new WebSocket(world.socketUrl);
    const answer = await new Promise<string>((resolve) => {
      socket.on('open', () => socket.send('{"re":1,"op":"chats"}'));
      socket.on('message', (data) => resolve(String(data)));
    });
    expect(JSON.parse(answer)).toMatchObject({ code: 'not-signed-in' });
    socket.close();
    const other = new WebSocket(world.socketUrl, { headers: { origin: 'https://evil.example' } });
    await expect(new Promise((_, reject) => other.on('error', reject))).rejects.toThrow('403');
  });
});
