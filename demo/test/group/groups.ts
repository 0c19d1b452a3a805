/** Groups of people who are in one process, and members whose apps do not follow the rules. */
import { PRIVACY_EXTENSION_TYPE } from 'sotto/client';
import {
  createApplicationMessage,
  createCommit,
  decodeGroupState,
  encodeMlsMessage,
  type Proposal,
} from 'ts-mls';
import { encodeKeyPackage, Group, newId, newKeyPackage } from '../../group/index.js';
import { CONFIG, NAME_EXTENSION_TYPE, suite } from '../../group/suite.js';

/** In milliseconds since 1970. */
export const NOW = 1_767_225_600_000;
export const say = (text: string) => ({ id: newId(), text, time: NOW });

export async function groupOf(...people: string[]): Promise<Group[]> {
  const [first, ...others] = people;
  const groups = [
    await Group.create({ id: newId(), name: 'Trip', me: first!, now: NOW }, await newKeyPackage(first!)),
  ];
  for (const person of others) groups.push(await invite(groups, person));
  return groups;
}

/** The first of the group adds somebody; all others hear of it. */
export async function invite(groups: readonly Group[], person: string): Promise<Group> {
  const own = await newKeyPackage(person);
  const { commit, welcome } = await groups[0]!.add(person, encodeKeyPackage(own.publicPackage));
  for (const group of groups) await group.open(commit);
  return Group.join(person, welcome!, own);
}

/** A member whose app does not follow the rules: commits whatever it likes. */
export async function forge(group: Group, extraProposals: Proposal[]): Promise<Uint8Array> {
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

export const settingProposal = (
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

/** What a member sends who puts something else into a message than their app would. */
export async function sealedBytes(group: Group, bytes: Uint8Array): Promise<Uint8Array> {
  const { privateMessage } = await createApplicationMessage(stateOf(group), bytes, await suite());
  return encodeMlsMessage({ privateMessage, wireformat: 'mls_private_message', version: 'mls10' });
}
