/** One chat of one person: its group, what was said in it, and what is still to be sent. */
import { ChatGroup, type Draft, leavesProtected, type Message } from 'sotto/client';
import {
  type Change,
  type Content,
  EpochAheadError,
  equal,
  Group,
  GroupError,
  type KeptGroup,
  newId,
  type Opened,
} from '../group/index.js';
import type { Item, MessageItem } from './item.js';

/** Bytes that the delivery service has not confirmed yet. */
export interface Outgoing {
  readonly id: string;
  readonly bytes: Uint8Array;
}

/** What the delivery service has yet to be told of a change that took effect. */
export type Errand =
  | { readonly kind: 'invite'; readonly person: string; readonly seq: number; readonly bytes: Uint8Array }
  | { readonly kind: 'expel'; readonly person: string; readonly seq: number };

/** A chat as it is kept. */
export interface KeptChat {
  /** Its name here when it is not the group's: another stay in the same group came after it. */
  readonly id?: string;
  readonly group: KeptGroup;
  readonly seq: number;
  readonly items: readonly Item[];
  readonly outbox: readonly Outgoing[];
  readonly errands: readonly Errand[];
  /** Whoever made the chat wants them in as soon as they can be. */
  readonly wanted: readonly string[];
  readonly readTo: number;
  readonly aiAllowed: boolean;
  /** A later epoch than the group's, which something that came says it is of. */
  readonly ahead?: bigint;
}

const MOST_ITEMS = 2_000;

export class Chat {
  /** What this app calls it: as the group is called, unless the chat was set aside. */
  #id: string;
  group: Group;
  /** What the SDK knows of the chat: it refuses what the setting forbids. */
  readonly privacy: ChatGroup;
  seq: number;
  outbox: readonly Outgoing[];
  errands: readonly Errand[];
  wanted: readonly string[];
  /** How many of the items have been read. */
  readTo: number;
  /** Whether its user has let this chat's messages go to AI at all. */
  aiAllowed: boolean;
  #items: Item[];
  #ahead: bigint | undefined;

  constructor(group: Group, kept: Omit<KeptChat, 'group'>) {
    this.#id = kept.id ?? group.id;
    this.group = group;
    this.privacy = new ChatGroup({ epoch: group.epoch, setting: group.setting });
    if (!group.isMember) this.privacy.leave();
    this.seq = kept.seq;
    this.#items = [...kept.items];
    this.outbox = kept.outbox;
    this.errands = kept.errands;
    this.wanted = kept.wanted;
    this.readTo = kept.readTo;
    this.aiAllowed = kept.aiAllowed;
    if (kept.ahead !== undefined) this.#sawAhead(kept.ahead);
  }

  static begin(group: Group, seq: number, what: 'created' | 'joined', wanted: readonly string[] = []): Chat {
    const note = { id: newId(), kind: 'note', what, by: group.me } as const;
    const empty = { outbox: [], errands: [], readTo: 1, aiAllowed: false };
    return new Chat(group, { seq, items: [note], wanted, ...empty });
  }

  static async restore(me: string, kept: KeptChat): Promise<Chat> {
    const chat = new Chat(await Group.restore(me, kept.group), kept);
    chat.privacy.wasAway();
    return chat;
  }

  get kept(): KeptChat {
    const { seq, outbox, errands, wanted, readTo, aiAllowed } = this;
    const common = { seq, items: [...this.#items], outbox, errands, wanted, readTo, aiAllowed };
    return {
      group: this.group.kept,
      ...common,
      ...(this.#id === this.group.id ? {} : { id: this.#id }),
      ...(this.#ahead === undefined ? {} : { ahead: this.#ahead }),
    };
  }

  get id(): string {
    return this.#id;
  }

  /**
   * What was said stays on view, under another name, as a chat that its user is not in any more: who invites to a group
   * of the same name adds nothing to what others said there, and turns no protection of theirs off.
   */
  setAside(): void {
    this.#id = `${this.group.id} ${newId()}`;
  }

  get items(): readonly Item[] {
    return this.#items;
  }

  /** @returns nothing when there is none, or none any more */
  find(sender: string, id: string): MessageItem | undefined {
    const found = this.#items.find(
      (item) => item.kind === 'message' && item.sender === sender && item.id === id,
    );
    return found?.kind === 'message' ? found : undefined;
  }

  /** A message of one's own: in the chat at once, and in the outbox. @throws GroupError */
  async say(content: Content): Promise<void> {
    const bytes = await this.group.seal(content);
    this.outbox = [...this.outbox, { id: content.id, bytes }];
    this.#add({ kind: 'message', sender: this.group.me, ...content });
    this.readTo = this.#items.length;
  }

  /** Takes back what could not be kept: it must not be sent, because its keys would be used again. */
  async unsay({ group, items, outbox, readTo }: KeptChat): Promise<void> {
    this.group = await Group.restore(this.group.me, group);
    this.#items = [...items];
    this.outbox = outbox;
    this.readTo = readTo;
  }

  /** A change of one's own goes the same way as messages do. */
  change(commit: Uint8Array): void {
    this.outbox = [...this.outbox, { id: newId(), bytes: commit }];
  }

  /** The next entry of the group's order. Whatever cannot be opened is passed over, as every other member does. */
  async take(seq: number, bytes: Uint8Array): Promise<void> {
    this.seq = seq;
    const own = this.outbox.find((outgoing) => equal(outgoing.bytes, bytes));
    this.outbox = this.outbox.filter((outgoing) => outgoing !== own);
    if (own && this.#isSent(own.id, seq)) return;
    const { welcome } = this.group.kept.underway ?? {};
    try {
      const opened = await this.group.open(bytes);
      if (own && welcome && opened.kind === 'added')
        this.errands = [...this.errands, { kind: 'invite', person: opened.person, seq, bytes: welcome }];
      // The service believes it when most of us say so.
      if (opened.kind === 'removed' && this.group.isMember)
        this.errands = [...this.errands, { kind: 'expel', person: opened.person, seq }];
      this.#opened(seq, opened);
    } catch (error) {
      if (!(error instanceof GroupError)) throw error;
      if (error instanceof EpochAheadError && error.epoch > (this.#ahead ?? 0n)) this.#sawAhead(error.epoch);
      // Two changes met: the other one came first. That is no news to anybody.
      if (error.code !== 'commit-stale') this.#refused(error.code);
    }
  }

  /** A message of one's own has its place now. Ids are their senders' own, and somebody else may use the same. */
  #isSent(id: string, seq: number): boolean {
    const item = this.find(this.group.me, id);
    if (!item) return false;
    this.#items[this.#items.indexOf(item)] = { ...item, seq };
    return true;
  }

  #sawAhead(epoch: bigint): void {
    this.#ahead = epoch;
    this.privacy.sawEpoch(epoch);
  }

  /** One line for all that came in a row, so that noise pushes nothing out of the chat. */
  #refused(why: string): void {
    const last = this.#items.at(-1);
    if (last?.kind === 'note' && last.what === 'refused' && last.why === why)
      this.#items[this.#items.length - 1] = { ...last, times: last.times + 1 };
    else this.#add({ id: newId(), kind: 'note', what: 'refused', why, times: 1 });
  }

  #opened(seq: number, opened: Opened): void {
    if (opened.kind === 'said') {
      const { sender, content } = opened;
      // Ids are the senders' own: nobody overwrites somebody else's message with one.
      if (!this.find(sender, content.id)) this.#add({ kind: 'message', sender, ...content, seq });
      return;
    }
    this.#changed(opened);
  }

  #changed(change: Change): void {
    if (change.kind === 'setting')
      this.#add({ id: newId(), kind: 'note', what: 'setting', ...change.setting });
    else this.#add({ id: newId(), kind: 'note', what: change.kind, person: change.person, by: change.by });
    if (change.kind === 'added') this.wanted = this.wanted.filter((person) => person !== change.person);
    if (this.group.isMember) this.privacy.advance({ epoch: this.group.epoch, setting: this.group.setting });
    else this.privacy.leave();
  }

  #add(item: Item): void {
    this.#items.push(item);
    const excess = this.#items.length - MOST_ITEMS;
    if (excess <= 0) return;
    this.#items.splice(0, excess);
    this.readTo = Math.max(0, this.readTo - excess);
  }

  /** For the SDK, which will ask this chat whether it may be used. */
  message(
    { sender, text, time, quote, media, fromProtected }: MessageItem,
    nameOf: (person: string) => string = (person) => person,
  ): Message {
    const quoted = quote ? `\u201c${quote.text}\u201d ` : '';
    const shown = media ? '[photo] ' : '';
    return this.privacy.message(
      { sender: nameOf(sender), text: shown + quoted + text, time: new Date(time) },
      { fromProtected: fromProtected ?? false },
    );
  }

  draft(text: string, quoted?: MessageItem): Draft {
    return this.privacy.draft(text, { fromProtected: quoted?.fromProtected ?? false });
  }

  /** Whether what is forwarded from here has to be marked for those who get it. */
  marksForwarded(item: MessageItem): boolean {
    return leavesProtected([this.message(item)]);
  }
}
