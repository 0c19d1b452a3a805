import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Chat, Member, MessageItem } from '../../member/index.js';
import { Photos } from '../../worker/photos.js';
import { photo } from '../member/jpeg.js';
import { chatOf, until, World } from '../member/world.js';

let world: World;
let anna: Member;
let ben: Member;
let id: string;
let photos: Photos;
beforeEach(async () => {
  world = await World.start(40_000_000);
  anna = await world.member('anna');
  ben = await world.member('ben');
  id = await chatOf(anna, ben);
  photos = new Photos(ben, () => undefined);
});
afterEach(() => {
  vi.restoreAllMocks();
  return world.close();
});

const chat = (): Chat => ben.chats.get(id)!;
const messages = (): MessageItem[] => chat().items.filter((item) => item.kind === 'message');
const view = (item: MessageItem) => photos.viewOf(chat(), item, item.media!);
async function send(): Promise<MessageItem> {
  const before = messages().length;
  await anna.sendPhoto(id, photo(), '');
  await until(() => messages().length > before);
  return messages().at(-1)!;
}

describe('photos of a chat', () => {
  it('come by themselves, once, and may be saved', async () => {
    const pieces = vi.spyOn(world.mailroom, 'piece');
    const item = await send();
    photos.look(chat());
    photos.look(chat());
    await until(() => view(item).state === 'here');
    photos.look(chat());
    expect(pieces).toHaveBeenCalledTimes(1);
    expect(view(item)).toEqual({ width: 640, height: 480, state: 'here', isKept: false });
    expect(photos.save(chat(), item)?.subarray(0, 2)).toEqual(Uint8Array.of(0xff, 0xd8));
  });

  it('wait for somebody to ask where the chat is protected, and cannot be saved then', async () => {
    const pieces = vi.spyOn(world.mailroom, 'piece');
    await anna.protect(id, true);
    const item = await send();
    photos.look(chat());
    expect(view(item)).toMatchObject({ state: 'away', isKept: true });
    expect(pieces).not.toHaveBeenCalled();
    await photos.fetch(chat(), item);
    expect(view(item)).toMatchObject({ state: 'here', isKept: true });
    expect(() => photos.save(chat(), item)).toThrow(expect.objectContaining({ code: 'chat-protected' }));
    await anna.protect(id, false);
    await until(() => !view(item).isKept);
    expect(photos.save(chat(), item)).toBeDefined();
  });

  it('that protection overtakes are away again, and come when it is off', async () => {
    const item = await send();
    photos.look(chat());
    const { epoch } = chat().group;
    chat().privacy.advance({ epoch: epoch + 1n, setting: { on: true, by: 'anna', since: 0 } });
    await until(() => view(item).state === 'away');
    photos.look(chat());
    expect(view(item).state).toBe('away');
    chat().privacy.advance({ epoch: epoch + 2n, setting: { on: false, by: 'anna', since: 0 } });
    photos.look(chat());
    await until(() => view(item).state === 'here');
  });

  it('that are not what was sent are told so in words, and not asked for again by themselves', async () => {
    const pieces = vi.spyOn(world.mailroom, 'piece').mockReturnValue('AAAA');
    const item = await send();
    photos.look(chat());
    await until(() => view(item).state === 'failed');
    expect(view(item).trouble).toMatchObject({
      code: 'media-refused',
      text: expect.stringMatching(/not shown/),
    });
    photos.look(chat());
    expect(pieces).toHaveBeenCalledTimes(1);
    pieces.mockRestore();
    await photos.fetch(chat(), item);
    expect(view(item).state).toBe('here');
  });

  it('of one’s own need not come back', async () => {
    const own = photo();
    const pieces = vi.spyOn(world.mailroom, 'piece');
    const media = await ben.sendPhoto(id, own, '');
    photos.put(chat(), media, own.bytes);
    await until(() => messages().at(-1)?.seq !== undefined);
    photos.look(chat());
    expect(view(messages().at(-1)!).state).toBe('here');
    expect(pieces).not.toHaveBeenCalled();
  });
});
