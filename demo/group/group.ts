/** One group as one member has it: what is sealed and opened, and changes to it that are under way. */
import type { PrivacySetting } from 'sotto/client';
import {
  type CiphersuiteImpl,
  type ClientState,
  createCommit,
  createGroup,
  emptyPskIndex,
  encodeGroupState,
  joinGroup,
  type PrivateMessage,
  processPrivateMessage,
} from 'ts-mls';
import { openContent, sealContent } from './application.js';
import { decoded, decodeState, encoded, malformed } from './codec.js';
import type { Content } from './content.js';
import { equal } from './equal.js';
import { EpochAheadError, GroupError } from './error.js';
import { extensionsOf, type Proposed, proposeAdd, proposeRemove, proposeSetting } from './proposals.js';
import { type Change, contextOf, membersOf, rulesFor } from './rules.js';
import { CONFIG, type OwnKeyPackage, suite } from './suite.js';

/** What came of one message of the group. */
export type Opened = { readonly kind: 'said'; readonly sender: string; readonly content: Content } | Change;

/** A change that takes effect if the group takes its commit before any other. */
export interface Pending {
  /** The commit, for the delivery service. */
  readonly commit: Uint8Array;
  /** For whoever is added, once the commit was taken. */
  readonly welcome?: Uint8Array;
}

/** A group to be kept: it has the group's secrets. */
export interface KeptGroup {
  readonly state: Uint8Array;
  readonly underway?: Pending & { readonly next: Uint8Array; readonly change: Change };
}

interface Underway extends Pending {
  readonly next: ClientState;
  readonly change: Change;
}

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

export class Group {
  readonly id: string;
  readonly me: string;
  readonly #suite: CiphersuiteImpl;
  #state: ClientState;
  #underway: Underway | undefined;

  private constructor(me: string, state: ClientState, cipherSuite: CiphersuiteImpl) {
    this.id = new TextDecoder().decode(state.groupContext.groupId);
    this.me = me;
    this.#state = state;
    this.#suite = cipherSuite;
  }

  /** A new chat with its maker in it, protection off. */
  static async create(
    {
      id,
      name,
      me,
      now,
    }: { readonly id: string; readonly name: string; readonly me: string; readonly now: number },
    own: OwnKeyPackage,
  ): Promise<Group> {
    const cipherSuite = await suite();
    const extensions = extensionsOf(name, { on: false, by: me, since: Math.floor(now / 1000) });
    const { publicPackage, privatePackage } = own;
    const state = await createGroup(utf8(id), publicPackage, privatePackage, extensions, cipherSuite, CONFIG);
    return new Group(me, state, cipherSuite);
  }

  /** @throws GroupError `message-malformed` when it is no invitation for this key package, or to no chat of ours */
  static async join(me: string, welcome: Uint8Array, own: OwnKeyPackage): Promise<Group> {
    const cipherSuite = await suite();
    const message = decoded(welcome);
    if (message.wireformat !== 'mls_welcome') throw malformed();
    try {
      const { publicPackage, privatePackage } = own;
      const state = await joinGroup(
        message.welcome,
        publicPackage,
        privatePackage,
        emptyPskIndex,
        cipherSuite,
        undefined,
        undefined,
        CONFIG,
      );
      contextOf(state.groupContext.extensions);
      const members = membersOf(state);
      if (new Set(members).size !== members.length || !members.includes(me)) throw malformed();
      return new Group(me, state, cipherSuite);
    } catch (cause) {
      throw malformed(cause);
    }
  }

  /** @throws GroupError `state-malformed` */
  static async restore(me: string, { state, underway }: KeptGroup): Promise<Group> {
    const group = new Group(me, decodeState(state), await suite());
    if (underway) group.#underway = { ...underway, next: decodeState(underway.next) };
    return group;
  }

  get kept(): KeptGroup {
    const state = encodeGroupState(this.#state);
    if (!this.#underway) return { state };
    return { state, underway: { ...this.#underway, next: encodeGroupState(this.#underway.next) } };
  }

  /** Whether a change of ours was made that the group has neither taken nor passed over. */
  get isChanging(): boolean {
    return this.#underway !== undefined;
  }

  get epoch(): bigint {
    return this.#state.groupContext.epoch;
  }

  get name(): string {
    return contextOf(this.#state.groupContext.extensions).name;
  }

  get setting(): PrivacySetting {
    return contextOf(this.#state.groupContext.extensions).setting;
  }

  get members(): readonly string[] {
    return membersOf(this.#state);
  }

  get isMember(): boolean {
    return this.#state.groupActiveState.kind === 'active';
  }

  /** The same for all members of this epoch, and for nobody else: to be compared out of band (RFC 9420 section 8.7). */
  get authenticator(): Uint8Array {
    return this.#state.keySchedule.epochAuthenticator;
  }

  /** @throws GroupError `not-a-member`, `message-too-large` */
  async seal(content: Content): Promise<Uint8Array> {
    this.requireMember();
    const { next, bytes } = await sealContent(this.#state, content, this.#suite);
    this.#state = next;
    return bytes;
  }

  /** @param now by the author's clock, in milliseconds since 1970 */
  changeSetting(on: boolean, now: number): Promise<Pending> {
    return this.#begin(proposeSetting(this.name, { on, by: this.me, since: Math.floor(now / 1000) }));
  }

  /** @throws GroupError `package-refused` when it is not that person's, `person-refused` */
  async add(person: string, keyPackage: Uint8Array): Promise<Pending> {
    const proposed = proposeAdd(this.#state, this.me, person, keyPackage);
    return this.#begin(proposed).catch((cause: unknown) => {
      if (cause instanceof GroupError) throw cause;
      throw new GroupError('package-refused', 'The key package cannot be used here.', { cause });
    });
  }

  /** @throws GroupError `person-refused` */
  async remove(person: string): Promise<Pending> {
    return this.#begin(proposeRemove(this.#state, this.me, person));
  }

  async #begin({ proposal, change }: Proposed): Promise<Pending> {
    this.requireMember();
    // The group may still take the last one, and only we could not follow then.
    if (this.#underway) throw new GroupError('change-underway', 'Another change of yours is under way.');
    const { commit, welcome, newState } = await createCommit(
      { state: this.#state, cipherSuite: this.#suite },
      { extraProposals: [proposal], ratchetTreeExtension: true },
    );
    const pending: Pending = {
      commit: encoded(commit),
      ...(welcome ? { welcome: encoded({ welcome, wireformat: 'mls_welcome', version: 'mls10' }) } : {}),
    };
    this.#underway = { ...pending, next: newState, change };
    return pending;
  }

  /**
   * Opens what the delivery service brings, in its order. Whatever is refused changes nothing.
   * @throws GroupError `message-malformed`, `message-too-large`, `commit-refused`, `commit-stale`, `not-a-member`,
   * `epoch-ahead`, which is an `EpochAheadError`
   */
  async open(bytes: Uint8Array): Promise<Opened> {
    this.requireMember();
    const underway = this.#underway;
    if (underway && equal(underway.commit, bytes)) {
      this.#underway = undefined;
      this.#state = underway.next;
      return underway.change;
    }
    const message = decoded(bytes);
    if (message.wireformat !== 'mls_private_message') throw malformed();
    const { privateMessage } = message;
    if (!equal(privateMessage.groupId, this.#state.groupContext.groupId)) throw malformed();
    if (privateMessage.epoch > this.epoch) throw new EpochAheadError(privateMessage.epoch);
    return privateMessage.contentType === 'application'
      ? this.#said(privateMessage)
      : this.#changed(privateMessage);
  }

  async #said(message: PrivateMessage): Promise<Opened> {
    const { next, sender, read } = await openContent(this.#state, message, this.#suite);
    this.#state = next;
    return { kind: 'said', sender, content: read() };
  }

  async #changed(message: PrivateMessage): Promise<Change> {
    if (message.epoch !== this.epoch)
      throw new GroupError('commit-stale', 'A change was made to an earlier state of the chat.');
    let change: Change | undefined;
    const rules = rulesFor(this.#state, (found) => {
      change = found;
    });
    const { newState, kind } = await processPrivateMessage(
      this.#state,
      message,
      emptyPskIndex,
      this.#suite,
      rules,
    ).catch((cause: unknown) => {
      throw malformed(cause);
    });
    if (kind !== 'newState' || !change)
      throw new GroupError('commit-refused', 'A change to the chat was not one that its members accept.');
    this.#state = newState;
    this.#underway = undefined;
    return change;
  }

  /** @throws GroupError `not-a-member` */
  requireMember(): void {
    if (!this.isMember) throw new GroupError('not-a-member', 'You are not in this chat any more.');
  }
}
