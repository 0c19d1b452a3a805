/** What members refuse of one whose app does not follow the rules. */
import { encodePrivacySetting } from 'sotto/client';
import type { Proposal } from 'ts-mls';
import { describe, expect, it } from 'vitest';
import { encodeKeyPackage, newKeyPackage } from '../../group/index.js';
import { forge, groupOf, NOW, settingProposal } from './groups.js';

describe('a hostile member', () => {
  const by = (person: string, on = true) => encodePrivacySetting({ on, by: person, since: 1 });
  const text = (value: string) => new TextEncoder().encode(value);

  it.each<[string, () => Proposal[]]>([
    ['in somebody else’s name', () => [settingProposal(by('anna'))]],
    ['in the name of nobody in the group', () => [settingProposal(by('zoe'))]],
    ['that is malformed', () => [settingProposal(text('on'))]],
    ['that changes nothing', () => [settingProposal(by('ben', false))]],
    ['that changes the chat’s name on the way', () => [settingProposal(by('ben'), 'Other')]],
    [
      'with another extension',
      () => [settingProposal(by('ben'), 'Trip', [{ extensionType: 0xf0a3, extensionData: text('x') }])],
    ],
    [
      'that drops the setting',
      () => [{ proposalType: 'group_context_extensions', groupContextExtensions: { extensions: [] } }],
    ],
    ['of nothing at all', () => []],
  ])('cannot commit a change %s, and the chat goes on', async (_, proposals) => {
    const [anna, ben, chloe] = await groupOf('anna', 'ben', 'chloe');
    const forged = await forge(ben!, proposals());
    const before = [anna!.epoch, anna!.setting];
    for (const group of [anna!, chloe!])
      await expect(group.open(forged)).rejects.toMatchObject({ code: 'commit-refused' });
    expect([anna!.epoch, anna!.setting]).toEqual(before);
    const { commit } = await chloe!.changeSetting(true, NOW);
    for (const group of [anna!, ben!, chloe!]) await group.open(commit);
    expect([anna!, ben!, chloe!].map(({ setting }) => setting.by)).toEqual(['chloe', 'chloe', 'chloe']);
  });

  it('cannot add somebody twice, or under a name that is none', async () => {
    const [anna, ben] = await groupOf('anna', 'ben');
    const second = await newKeyPackage('anna');
    const forged = await forge(ben!, [{ proposalType: 'add', add: { keyPackage: second.publicPackage } }]);
    await expect(anna!.open(forged)).rejects.toMatchObject({ code: 'commit-refused' });
    const odd = await newKeyPackage('<b>anna</b>');
    await expect(ben!.add('<b>anna</b>', encodeKeyPackage(odd.publicPackage))).rejects.toMatchObject({
      code: 'package-refused',
    });
    const own = await newKeyPackage('zoe');
    await expect(ben!.add('chloe', encodeKeyPackage(own.publicPackage))).rejects.toMatchObject({
      code: 'package-refused',
    });
  });

  it('cannot make a commit of noise count', async () => {
    const [anna, ben] = await groupOf('anna', 'ben');
    const { commit } = await ben!.changeSetting(true, NOW);
    const noise = Uint8Array.from(commit, (byte, at) => (at > 60 ? byte ^ 0x5a : byte));
    await expect(anna!.open(noise)).rejects.toMatchObject({ name: 'GroupError' });
    expect(await anna!.open(commit)).toMatchObject({ kind: 'setting' });
  });
});
