/** The three changes that this app makes to a group, each as the one proposal of its commit. */
import { encodePrivacySetting, PRIVACY_EXTENSION_TYPE, type PrivacySetting } from 'sotto/client';
import type { ClientState, Proposal } from 'ts-mls';
import { decodeKeyPackage } from './codec.js';
import { GroupError } from './error.js';
import { type Change, membersOf, personAt } from './rules.js';
import { NAME_EXTENSION_TYPE } from './suite.js';

/** A proposal, and what it does once the group has taken its commit. */
export interface Proposed {
  readonly proposal: Proposal;
  readonly change: Change;
}

/** What every state of a group has in its context, in this order. */
export const extensionsOf = (name: string, setting: PrivacySetting) => [
  { extensionType: NAME_EXTENSION_TYPE, extensionData: new TextEncoder().encode(name) },
  { extensionType: PRIVACY_EXTENSION_TYPE, extensionData: encodePrivacySetting(setting) },
];

export function proposeSetting(name: string, setting: PrivacySetting): Proposed {
  const extensions = extensionsOf(name, setting);
  return {
    proposal: { proposalType: 'group_context_extensions', groupContextExtensions: { extensions } },
    change: { kind: 'setting', setting },
  };
}

/** @throws GroupError `package-refused` when it is not that person's, `person-refused` */
export function proposeAdd(state: ClientState, me: string, person: string, bytes: Uint8Array): Proposed {
  const keyPackage = decodeKeyPackage(bytes);
  const { credential } = keyPackage.leafNode;
  const theirs =
    credential.credentialType === 'basic' && new TextDecoder().decode(credential.identity) === person;
  if (!theirs) throw new GroupError('package-refused', 'The key package is somebody else’s.');
  if (membersOf(state).includes(person))
    throw new GroupError('person-refused', 'They are in the chat already.');
  return {
    proposal: { proposalType: 'add', add: { keyPackage } },
    change: { kind: 'added', person, by: me },
  };
}

/** @throws GroupError `person-refused` */
export function proposeRemove(state: ClientState, me: string, person: string): Proposed {
  const leaf = state.ratchetTree.findIndex((_, at) => at % 2 === 0 && personAt(state, at / 2) === person);
  if (leaf < 0 || person === me) throw new GroupError('person-refused', 'They are not in the chat.');
  return {
    proposal: { proposalType: 'remove', remove: { removed: leaf / 2 } },
    change: { kind: 'removed', person, by: me },
  };
}
