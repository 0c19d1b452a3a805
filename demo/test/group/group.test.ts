/** The chat's encryption and its setting: what members agree on, and what they refuse. */
import fc from 'fast-check';
import { encodePrivacySetting, PRIVACY_EXTENSION_TYPE } from 'sotto/client';
import {
  createApplicationMessage,
  createCommit,
  decodeGroupState,
  encodeMlsMessage,
  type Proposal,
} from 'ts-mls';
import { describe, expect, it } from 'vitest';
import { encodeKeyPackage, Group, newId, newKeyPackage } from '../../group/index.js';
import { CONFIG, NAME_EXTENSION_TYPE, suite } from '../../group/suite.js';

const NOW = 1_767_225_600_000;
const say = (text: string) => ({ id: newId(), text, time: NOW });

async function groupOf(...people: string[]): Promise<Group[]> {
  const [first, ...others] = people;
  const groups = [
    await Group.create({ id: newId(), name: 'Trip', me: first!, now: NOW }, await newKeyPackage(first!)),
  ];
  for (const person of others) groups.push(await invite(groups, person));
  return groups;
}

/** The first of the group adds somebody; all others hear of it. */
async function invite(groups: readonly Group[], person: string): Promise<Group> {
  const own = await newKeyPackage(person);
  const { commit, welcome } = await groups[0]!.add(person, encodeKeyPackage(own.publicPackage));
  for (const group of groups) await group.open(commit);
  return Group.join(person, welcome!, own);
}

/** A member whose app does not follow the rules: commits whatever it likes. */
async function forge(group: Group, extraProposals: Proposal[]): Promise<Uint8Array> {
  const hostile = await Group.restore(group.me, group.kept);
  const { commit } = await createCommit(
    { state: stateOf(hostile), cipherSuite: await suite() },
    { extraProposals },
  );
  return encodeMlsMessage(commit);
}

function stateOf(group: Group): Parameters<typeof createApplicationMessage>[0] {
  return { ...decodeGroupState(group.kept.state, 0)![0], clientConfig: CONFIG };
}

const settingProposal = (
  setting: Uint8Array,
  name = 'Trip',
  more: { extensionType: number; extensionData: Uint8Array }[] = [],
): Proposal => ({
  proposalType: 'group_context_extensions',
  groupContextExtensions: {
    extensions: [
      { extensionType: NAME_EXTENSION_TYPE, extensionData: new TextEncoder().encode(name) },
      { extensionType: PRIVACY_EXTENSION_TYPE, extensionData: setting },
      ...more,
    ],
  },
});

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
    const { privateMessage } = await createApplicationMessage(stateOf(anna!), giant, await suite());
    const sealed = encodeMlsMessage({ privateMessage, wireformat: 'mls_private_message', version: 'mls10' });
    await expect(ben!.open(sealed)).rejects.toMatchObject({ code: 'message-too-large' });
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
    const { privateMessage } = await createApplicationMessage(stateOf(anna!), bytes, await suite());
    const sealed = encodeMlsMessage({ privateMessage, wireformat: 'mls_private_message', version: 'mls10' });
    await expect(ben!.open(sealed)).rejects.toMatchObject({ code: 'message-malformed' });
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
