/** Which commits members accept. Every member asks the same of the same state, so all take one or none does. */
import { decodePrivacySetting, PRIVACY_EXTENSION_TYPE, type PrivacySetting } from 'sotto/client';
import type { ClientState, Extension, IncomingMessageCallback, ProposalWithSender } from 'ts-mls';
import { GroupError } from './error.js';
import { NAME_EXTENSION_TYPE, PERSON } from './suite.js';

/** What a commit did. */
export type Change =
  | { readonly kind: 'setting'; readonly setting: PrivacySetting }
  | { readonly kind: 'added'; readonly person: string; readonly by: string }
  | { readonly kind: 'removed'; readonly person: string; readonly by: string };

const MAX_NAME_BYTES = 200;

/** Who sits at a leaf. */
export function personAt(
  { ratchetTree }: Pick<ClientState, 'ratchetTree'>,
  leaf: number,
): string | undefined {
  const node = ratchetTree[leaf * 2];
  if (node?.nodeType !== 'leaf' || node.leaf.credential.credentialType !== 'basic') return undefined;
  return identityOf(node.leaf.credential.identity);
}

const identityOf = (identity: Uint8Array): string | undefined => {
  const person = new TextDecoder().decode(identity);
  return PERSON.test(person) ? person : undefined;
};

export function membersOf(state: Pick<ClientState, 'ratchetTree'>): readonly string[] {
  return state.ratchetTree.flatMap((node, at) =>
    node?.nodeType === 'leaf' ? (personAt(state, at / 2) ?? []) : [],
  );
}

/** @throws GroupError `commit-refused` unless both extensions are there, once each and well-formed */
export function contextOf(extensions: readonly Extension[]): {
  readonly name: string;
  readonly setting: PrivacySetting;
} {
  const [name, privacy, ...others] = extensions;
  const expected =
    name?.extensionType === NAME_EXTENSION_TYPE &&
    privacy?.extensionType === PRIVACY_EXTENSION_TYPE &&
    others.length === 0 &&
    name.extensionData.length <= MAX_NAME_BYTES;
  if (!expected) throw refused();
  try {
    const title = new TextDecoder('utf-8', { fatal: true }).decode(name.extensionData);
    return { name: title, setting: decodePrivacySetting(privacy.extensionData) };
  } catch (cause) {
    throw refused(cause);
  }
}

/**
 * What a commit's proposals do to a state.
 * @throws GroupError `commit-refused` unless it is one change that its committer may make
 */
export function changeOf(
  state: ClientState,
  committer: number | undefined,
  proposals: readonly ProposalWithSender[],
): Change {
  const [only, ...others] = proposals;
  const by = committer === undefined ? undefined : personAt(state, committer);
  // One change in a commit, made by whoever commits it: nobody speaks for somebody else.
  if (!only || others.length > 0 || by === undefined || only.senderLeafIndex !== committer) throw refused();
  const { proposal } = only;
  switch (proposal.proposalType) {
    case 'group_context_extensions': {
      const known = contextOf(state.groupContext.extensions);
      const { name, setting } = contextOf(proposal.groupContextExtensions.extensions);
      if (name !== known.name || setting.by !== by || setting.on === known.setting.on) throw refused();
      return { kind: 'setting', setting };
    }
    case 'add': {
      const { credential } = proposal.add.keyPackage.leafNode;
      const person = credential.credentialType === 'basic' ? identityOf(credential.identity) : undefined;
      if (person === undefined || membersOf(state).includes(person)) throw refused();
      return { kind: 'added', person, by };
    }
    case 'remove': {
      const person = personAt(state, proposal.remove.removed);
      if (person === undefined) throw refused();
      return { kind: 'removed', person, by };
    }
    default:
      throw refused();
  }
}

/** The rules as ts-mls asks for them; `told` learns what an accepted commit does. */
export function rulesFor(state: ClientState, told: (change: Change) => void): IncomingMessageCallback {
  return (incoming) => {
    // Proposals come inside commits, or not at all.
    if (incoming.kind === 'proposal') return 'reject';
    try {
      told(changeOf(state, incoming.senderLeafIndex, incoming.proposals));
      return 'accept';
    } catch (error) {
      if (error instanceof GroupError) return 'reject';
      throw error;
    }
  };
}

const refused = (cause?: unknown) =>
  new GroupError('commit-refused', 'A change to the chat was not one that its members accept.', { cause });
