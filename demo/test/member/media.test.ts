import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import type { Socket } from '../../delivery/link.js';
import { PIECE_BYTES } from '../../delivery/protocol.js';
import { MAX_MEDIA, type Media, newId, type Photo, toBase64 } from '../../group/index.js';
import type { Member, MessageItem } from '../../member/index.js';
import { jpegSize } from '../../member/jpeg.js';
import { photo } from './jpeg.js';
import { chatOf, texts, until, World } from './world.js';

let world: World;
let anna: Member;
let ben: Member;
let id: string;
beforeEach(async () => {
  world = await World.start(40_000_000);
  [anna, ben] = [await world.member('anna'), await world.member('ben')];
  id = await chatOf(anna, ben);
});
afterEach(() => {
  vi.restoreAllMocks();
  return world.close();
});

const messages = (member: Member, chat = id): MessageItem[] =>
  member.chats.get(chat)!.items.filter((item) => item.kind === 'message');

/** Ben has the message, and not yet the photo. */
async function sent(one: Photo, text = ''): Promise<MessageItem> {
  await anna.sendPhoto(id, one, text);
  await until(() => messages(ben).length === 1);
  return messages(ben)[0]!;
}
const download = (item: MessageItem, asked: 'by-hand' | 'by-itself' = 'by-hand') =>
  ben.media.download(ben.chats.get(id)!, item, asked);
const refused = expect.objectContaining({ name: 'GroupError', code: 'media-refused' });

describe('a photo', () => {
  it.each([
    ['small', 2_000],
    ['of several pieces', 3 * PIECE_BYTES + 17],
  ])('that is %s comes as it was sent, and the delivery service has only ciphertext', async (_, bytes) => {
    const one = photo(bytes);
    const item = await sent(one, 'The lake');
    expect(item.text).toBe('The lake');
    const { bytes: came, ...size } = await download(item, 'by-itself');
    expect(Buffer.compare(came, one.bytes)).toBe(0);
    expect(size).toEqual({ width: 640, height: 480 });
    expect(world.mailroom.contents).not.toContain(toBase64(one.bytes).slice(100, 200));
    expect(world.mailroom.contents).not.toContain(item.media!.key);
    expect(world.failures).toEqual([]);
  });

  it('of one length looks like one of another to the delivery service', async () => {
    const lengths: number[] = [];
    const keep = vi.spyOn(world.mailroom, 'keepPiece');
    for (const bytes of [20_000, 20_100]) {
      await anna.sendPhoto(id, photo(bytes), '');
      lengths.push(keep.mock.calls.at(-1)![1].bytes.length);
    }
    expect(lengths[0]).toBe(lengths[1]);
  });

  it('is something that AI is told of, and does not get', async () => {
    const item = await sent(photo(), 'The lake');
    expect(ben.chats.get(id)!.message(item).text).toBe('[photo] The lake');
  });
});

describe('while Advanced Chat Privacy is on, a photo', () => {
  it('is not asked for by the app itself, and comes when somebody asks', async () => {
    const one = photo();
    await anna.protect(id, true);
    const item = await sent(one);
    const pieces = vi.spyOn(world.mailroom, 'piece');
    await expect(download(item, 'by-itself')).rejects.toMatchObject({
      code: 'chat-protected',
      detail: 'auto-download',
    });
    expect(pieces).not.toHaveBeenCalled();
    expect(await download(item, 'by-hand')).toEqual(one);
  });

  it('that was on its way by itself goes no further', async () => {
    const item = await sent(photo(4 * PIECE_BYTES));
    const { piece } = world.mailroom;
    const asked: number[] = [];
    vi.spyOn(world.mailroom, 'piece').mockImplementation((person, request) => {
      asked.push(request.at);
      if (request.at === 0) {
        const { epoch } = ben.chats.get(id)!.group;
        ben.chats
          .get(id)!
          .privacy.advance({ epoch: epoch + 1n, setting: { on: true, by: 'anna', since: 0 } });
      }
      return piece.call(world.mailroom, person, request);
    });
    await expect(download(item, 'by-itself')).rejects.toMatchObject({ code: 'chat-protected' });
    expect(asked).toEqual([0]);
  });

  it('is not asked for by itself either when it is not known whether it is', async () => {
    const item = await sent(photo());
    ben.chats.get(id)!.privacy.wasAway();
    await expect(download(item, 'by-itself')).rejects.toMatchObject({ code: 'privacy-unproven' });
  });

  it('does not leave the chat, and text does, marked', async () => {
    const other = await chatOf(ben, anna);
    await anna.protect(id, true);
    const item = await sent(photo(), 'secret');
    const [keep, piece] = [vi.spyOn(world.mailroom, 'keepPiece'), vi.spyOn(world.mailroom, 'piece')];
    await expect(ben.forward(id, item, other)).rejects.toMatchObject({
      code: 'chat-protected',
      detail: 'export',
    });
    expect(keep).not.toHaveBeenCalled();
    expect(piece).not.toHaveBeenCalled();
    expect(messages(ben, other)).toEqual([]);
    const { media: _, ...said } = item;
    await ben.forward(id, said, other);
    expect(messages(ben, other)).toMatchObject([{ fromProtected: true, quote: { text: 'secret' } }]);
  });
});

it('a photo that is on its way out of a chat when that is protected goes no further', async () => {
  const other = await chatOf(ben, anna);
  const item = await sent(photo());
  const keep = vi.spyOn(world.mailroom, 'keepPiece');
  const { piece } = world.mailroom;
  vi.spyOn(world.mailroom, 'piece').mockImplementation((person, request) => {
    const { privacy, group } = ben.chats.get(id)!;
    privacy.advance({ epoch: group.epoch + 1n, setting: { on: true, by: 'anna', since: 0 } });
    return piece.call(world.mailroom, person, request);
  });
  await expect(ben.forward(id, item, other)).rejects.toMatchObject({ code: 'chat-protected' });
  expect(keep).not.toHaveBeenCalled();
  expect(messages(ben, other)).toEqual([]);
});

it('a photo that is forwarded is sealed anew, and its first key goes nowhere', async () => {
  const other = await chatOf(ben, anna);
  const one = photo();
  const item = await sent(one);
  await ben.forward(id, item, other);
  await until(() => messages(anna, other).length === 1);
  const [there] = messages(anna, other);
  expect(there).toMatchObject({ quote: { sender: 'anna', text: 'Photo' } });
  expect(there!.media!.id).not.toBe(item.media!.id);
  expect(there!.media!.key).not.toBe(item.media!.key);
  expect(await anna.media.download(anna.chats.get(other)!, there!, 'by-itself')).toEqual(one);
});

describe('what is not the photo that was sent', () => {
  it.each([
    ['changed', (bytes: string) => (bytes.startsWith('A') ? 'B' : 'A') + bytes.slice(1)],
    ['cut off', (bytes: string) => bytes.slice(0, -4)],
    ['longer', (bytes: string) => `AAAA${bytes}`],
  ])('because the service gives it %s, is refused', async (_, change) => {
    const item = await sent(photo(3_000));
    const { piece } = world.mailroom;
    vi.spyOn(world.mailroom, 'piece').mockImplementation((person, request) =>
      change(piece.call(world.mailroom, person, request)),
    );
    await expect(download(item)).rejects.toEqual(refused);
  });

  it('because the service gives another one, is refused', async () => {
    const item = await sent(photo(3_000));
    const { id: other } = await anna.sendPhoto(id, photo(3_000), '');
    const { piece } = world.mailroom;
    vi.spyOn(world.mailroom, 'piece').mockImplementation((person, request) =>
      piece.call(world.mailroom, person, { ...request, media: other }),
    );
    await expect(download(item)).rejects.toEqual(refused);
  });

  it('because a member says what is not so, is refused', async () => {
    const item = await sent(photo(3_000));
    const media = item.media!;
    const lies: readonly Partial<Media>[] = [
      { width: 639 },
      { size: 2 },
      { key: media.digest },
      { digest: media.key },
    ];
    for (const lie of lies)
      await expect(download({ ...item, media: { ...media, ...lie } })).rejects.toEqual(refused);
    await expect(download({ ...item, media: { ...media, id: newId() } })).rejects.toMatchObject({
      name: 'LinkError',
      code: 'media-unknown',
    });
    const { media: _, ...bare } = item;
    await expect(download(bare)).rejects.toEqual(refused);
  });

  it.each<[string, Photo]>([
    ['none at all', { bytes: new TextEncoder().encode('<svg onload=alert(1)>'), width: 640, height: 480 }],
    ['one of more pixels than it says', { ...photo(2_000, [60_000, 60_000]), width: 640, height: 480 }],
  ])('because it is %s, is refused', async (_, one) => {
    await expect(download(await sent(one))).rejects.toEqual(refused);
  });

  it('is of another chat: nobody who is not in it gets it', async () => {
    const chloe = await world.member('chloe');
    const item = await sent(photo());
    const theirs = await chatOf(chloe, ben);
    await expect(chloe.media.download(chloe.chats.get(theirs)!, item, 'by-hand')).rejects.toMatchObject({
      code: 'media-unknown',
    });
    const { media } = item;
    expect(() => world.mailroom.piece('chloe', { group: id, media: media!.id, at: 0 })).toThrow(
      'not-a-member',
    );
  });

  it('is no message when it has not the form of one', async () => {
    const { media } = await sent(photo());
    const chat = anna.chats.get(id)!;
    const wrong: readonly object[] = [
      { ...media, id: '../..' },
      { ...media, key: 'short' },
      { ...media, size: MAX_MEDIA + 1 },
      { ...media, width: 100_000 },
      { ...media, height: 0 },
      { ...media, more: 1 },
    ];
    for (const one of wrong) {
      await chat.say({ id: newId(), text: 'look', time: 0, media: one as Media });
      const { id: outgoing, bytes } = chat.outbox.at(-1)!;
      world.mailroom.send('anna', id, outgoing, toBase64(bytes));
    }
    await anna.say(id, 'over');
    await until(() => texts(ben, id).includes('anna: over'));
    expect(ben.chats.get(id)!.items).toContainEqual(
      expect.objectContaining({ what: 'refused', why: 'message-malformed', times: wrong.length }),
    );
  });
});

describe('a photo that cannot be sent is not said', () => {
  it.each<[string, Photo]>([
    ['bytes', photo(MAX_MEDIA + 1)],
    ['pixels', photo(2_000, [2_049, 10])],
  ])('because it has too many %s', async (_, one) => {
    const keep = vi.spyOn(world.mailroom, 'keepPiece');
    await expect(anna.sendPhoto(id, one, 'look')).rejects.toMatchObject({ code: 'media-too-large' });
    expect(keep).not.toHaveBeenCalled();
    expect(messages(anna)).toEqual([]);
  });

  it('because the delivery service has no room', async () => {
    const full = await World.start(200_000);
    const dora = await full.member('anna');
    const chat = await dora.create('Trip', []);
    await expect(dora.sendPhoto(chat, photo(60_000), 'look')).rejects.toMatchObject({
      name: 'LinkError',
      code: 'storage-full',
    });
    expect(messages(dora, chat)).toEqual([]);
    await full.close();
  });

  it('because there is no connection', async () => {
    const sockets: WebSocket[] = [];
    const open = () => {
      const socket = new WebSocket(sockets.length === 0 ? world.socketUrl : 'ws://127.0.0.1:1/');
      sockets.push(socket);
      return socket as Socket;
    };
    const chloe = await world.member('chloe', { open });
    const chat = await chatOf(chloe, anna);
    sockets[0]!.terminate();
    await until(() => chloe.connection === 'offline');
    await expect(chloe.sendPhoto(chat, photo(), 'look')).rejects.toMatchObject({
      name: 'LinkError',
      code: 'offline',
    });
    expect(messages(chloe, chat)).toEqual([]);
  });
});

describe('the pieces of a photo', () => {
  const piece = (at: number, bytes = 'AAAA') => ({ group: id, media: 'c'.repeat(32), at, bytes });

  it('are their owner’s: nobody else goes on with them, and nothing that is kept changes', () => {
    world.mailroom.keepPiece('anna', piece(0));
    world.mailroom.keepPiece('anna', piece(0));
    expect(() => world.mailroom.keepPiece('anna', piece(0, 'BBBB'))).toThrow('request-malformed');
    expect(() => world.mailroom.keepPiece('ben', piece(1))).toThrow('request-malformed');
    expect(() => world.mailroom.keepPiece('chloe', piece(1))).toThrow('not-a-member');
    expect(() => world.mailroom.keepPiece('anna', piece(2))).toThrow('request-malformed');
    expect(world.mailroom.piece('ben', piece(0))).toBe('AAAA');
  });

  it('are so many at most', () => {
    for (let at = 0; at < 40; at++) world.mailroom.keepPiece('anna', piece(at));
    expect(() => world.mailroom.keepPiece('anna', piece(40))).toThrow('too-large');
  });
});

it('a JPEG’s size is read from any bytes, or not, without an error', () => {
  expect(jpegSize(photo(2_000, [2_048, 7]).bytes)).toEqual([2_048, 7]);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (tail) => {
      const found = jpegSize(Uint8Array.of(0xff, 0xd8, ...tail));
      return found === undefined || found.every((side) => side >= 0 && side <= 65_535);
    }),
  );
});
