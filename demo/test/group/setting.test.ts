/** The chat's setting: what all members agree on. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Group } from '../../group/index.js';
import { groupOf, invite, NOW, say } from './groups.js';

describe('the setting', () => {
  it('is off at first, and all see who turned it on and when', async () => {
    const groups = await groupOf('anna', 'ben', 'chloe');
    expect(groups.map(({ setting }) => setting.on)).toEqual([false, false, false]);
    const { commit } = await groups[1]!.changeSetting(true, NOW);
    const setting = { on: true, by: 'ben', since: NOW / 1000 };
    for (const group of groups) expect(await group.open(commit)).toEqual({ kind: 'setting', setting });
    expect(groups.map((group) => group.setting)).toEqual([setting, setting, setting]);
    expect(new Set(groups.map(({ authenticator }) => Buffer.from(authenticator).toString('hex'))).size).toBe(
      1,
    );
  });

  it('takes effect when the group takes the commit, not before', async () => {
    const [anna, ben] = await groupOf('anna', 'ben');
    await ben!.changeSetting(true, NOW);
    expect([anna!.setting.on, ben!.setting.on]).toEqual([false, false]);
  });

  it('is known to who joins later, with its author', async () => {
    const groups = await groupOf('anna', 'ben');
    const { commit } = await groups[1]!.changeSetting(true, NOW);
    for (const group of groups) await group.open(commit);
    const chloe = await invite(groups, 'chloe');
    expect(chloe.setting).toEqual({ on: true, by: 'ben', since: NOW / 1000 });
  });

  it('converges when two members change it at the same time: the first one counts', async () => {
    const groups = await groupOf('anna', 'ben', 'chloe');
    const commits = [
      (await groups[0]!.changeSetting(true, NOW)).commit,
      (await groups[1]!.changeSetting(true, NOW + 5000)).commit,
    ];
    for (const group of groups) {
      expect(await group.open(commits[1]!)).toMatchObject({ kind: 'setting', setting: { by: 'ben' } });
      await expect(group.open(commits[0]!)).rejects.toMatchObject({ code: 'commit-stale' });
    }
    expect(new Set(groups.map(({ epoch }) => epoch)).size).toBe(1);
    // The loser can make the change again, on top.
    const { commit } = await groups[0]!.changeSetting(false, NOW + 6000);
    for (const group of groups) await group.open(commit);
    expect(groups.map(({ setting }) => [setting.on, setting.by])).toEqual(Array(3).fill([false, 'anna']));
  });

  it('stays the same for all, whoever toggles in whatever order', async () => {
    const [first, ...others] = await groupOf('anna', 'ben', 'chloe');
    const kept = [first!, ...others].map((group) => group.kept);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.nat(2), { minLength: 1, maxLength: 3 }), { maxLength: 5 }),
        async (rounds) => {
          const groups = await Promise.all(
            ['anna', 'ben', 'chloe'].map((me, at) => Group.restore(me, kept[at]!)),
          );
          for (const round of rounds) {
            const commits = [];
            for (const who of new Set(round))
              commits.push((await groups[who]!.changeSetting(!groups[who]!.setting.on, NOW)).commit);
            for (const group of groups)
              for (const commit of commits) await group.open(commit).catch(() => undefined);
            expect(
              new Set(groups.map(({ epoch, setting }) => JSON.stringify([String(epoch), setting]))).size,
            ).toBe(1);
          }
        },
      ),
      { numRuns: 15 },
    );
  });

  it('cannot be changed by somebody who was removed', async () => {
    const [anna, ben, chloe] = await groupOf('anna', 'ben', 'chloe');
    const toggle = (await ben!.changeSetting(true, NOW)).commit;
    const { commit } = await anna!.remove('ben');
    for (const group of [anna!, chloe!])
      expect(await group.open(commit)).toEqual({ kind: 'removed', person: 'ben', by: 'anna' });
    await expect(anna!.open(toggle)).rejects.toMatchObject({ code: 'commit-stale' });
    await ben!.open(commit);
    expect(ben!.isMember).toBe(false);
    await expect(ben!.changeSetting(true, NOW)).rejects.toMatchObject({ code: 'not-a-member' });
    await expect(ben!.seal(say('hi'))).rejects.toMatchObject({ code: 'not-a-member' });
    expect([anna!.setting.on, chloe!.setting.on]).toEqual([false, false]);
  });
});
