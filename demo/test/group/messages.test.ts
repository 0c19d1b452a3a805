/** Messages of a group: who opens them, and what is refused. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Group } from '../../group/index.js';
import { groupOf, NOW, say, sealedBytes } from './groups.js';

describe('messages', () => {
  it('are opened by every member, who know who sent them', async () => {
    const [anna, ben, chloe] = await groupOf('anna', 'ben', 'chloe');
    const content = say('Lunch at 12?');
    const sealed = await anna!.seal(content);
    expect(Buffer.from(sealed).includes('Lunch')).toBe(false);
    for (const group of [ben!, chloe!])
      expect(await group.open(sealed)).toEqual({ kind: 'said', sender: 'anna', content });
  });

  it('of one length look like those of another', async () => {
    const [anna] = await groupOf('anna', 'ben');
    expect((await anna!.seal(say('a'))).length).toBe((await anna!.seal(say('a'.repeat(100)))).length);
  });

  it('cannot be replayed', async () => {
    const [anna, ben] = await groupOf('anna', 'ben');
    const sealed = await anna!.seal(say('once'));
    await ben!.open(sealed);
    await expect(ben!.open(sealed)).rejects.toMatchObject({ code: 'message-malformed' });
  });

  it('can come in another order than they were sent in, and after a change that overtook them', async () => {
    const [anna, ben] = await groupOf('anna', 'ben');
    const texts = ['one', 'two', 'three'];
    const sealed: Uint8Array[] = [];
    for (const text of texts) sealed.push(await anna!.seal(say(text)));
    const { commit } = await ben!.changeSetting(true, NOW);
    for (const group of [anna!, ben!]) await group.open(commit);
    const opened = [];
    for (const at of [2, 0, 1]) opened.push(await ben!.open(sealed[at]!));
    expect(opened.map((one) => one.kind === 'said' && one.content.text)).toEqual(['three', 'one', 'two']);
  });

  it('survive their group being kept and read again', async () => {
    const [anna, ben] = await groupOf('anna', 'ben');
    const again = await Group.restore('ben', ben!.kept);
    const sealed = await anna!.seal(say('still here'));
    expect(await again.open(sealed)).toMatchObject({ kind: 'said', sender: 'anna' });
  });

  it('with a changed bit are refused and change nothing', async () => {
    const [anna, ben] = await groupOf('anna', 'ben');
    const sealed = await anna!.seal(say('hello'));
    for (let at = 0; at < sealed.length; at += 13) {
      const changed = Uint8Array.from(sealed, (byte, i) => (i === at ? byte ^ 1 : byte));
      await expect(ben!.open(changed)).rejects.toMatchObject({ name: 'GroupError' });
    }
    expect(await ben!.open(sealed)).toMatchObject({ kind: 'said' });
  });

  it('that are giants are refused by sender and receiver', async () => {
    const [anna, ben] = await groupOf('anna', 'ben');
    await expect(anna!.seal(say('a'.repeat(8_193)))).rejects.toMatchObject({ code: 'message-too-large' });
    const giant = new TextEncoder().encode(JSON.stringify(say('a'.repeat(20_000))));
    await expect(ben!.open(await sealedBytes(anna!, giant))).rejects.toMatchObject({
      code: 'message-too-large',
    });
    await expect(ben!.open(new Uint8Array(200_000))).rejects.toMatchObject({ code: 'message-too-large' });
  });

  it.each([
    ['no JSON', 'hello'],
    ['a list', '[]'],
    ['an unknown field', JSON.stringify({ ...say('a'), html: '<b>' })],
    ['another id', JSON.stringify({ ...say('a'), id: '../x' })],
    ['no time', JSON.stringify({ ...say('a'), time: -1 })],
    ['a time that is no date', JSON.stringify({ ...say('a'), time: Number.MAX_SAFE_INTEGER })],
    [
      'a quote of what is no name',
      JSON.stringify({ ...say('a'), quote: { sender: '\u202eanna', text: 'x' } }),
    ],
    ['a quote of no one', JSON.stringify({ ...say('a'), quote: { text: 'x' } })],
    ['a mark that is taken back', JSON.stringify({ ...say('a'), fromProtected: false })],
  ])('that are %s inside are malformed', async (_, plain) => {
    const [anna, ben] = await groupOf('anna', 'ben');
    const bytes = new TextEncoder().encode(plain);
    await expect(ben!.open(await sealedBytes(anna!, bytes))).rejects.toMatchObject({
      code: 'message-malformed',
    });
  });

  it('are refused or opened, whatever the bytes', async () => {
    const [, ben] = await groupOf('anna', 'ben');
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
        await expect(ben!.open(bytes)).rejects.toMatchObject({ name: 'GroupError' });
      }),
    );
  });
});
