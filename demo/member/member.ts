/** One person's app without its page: chats, and their way through the delivery service. */

import { Link, LinkError, type LinkErrorCode, type Socket } from '../delivery/link.js';
import type { Entry, Invitation, Presence, Push } from '../delivery/protocol.js';
import {
  encodeKeyPackage,
  Group,
  GroupError,
  newId,
  newKeyPackage,
  type OwnKeyPackage,
  type Pending,
  type Quote,
} from '../group/index.js';
import { fromBase64, toBase64 } from './base64.js';
import { Chat, type Errand, type KeptChat } from './chat.js';
import type { MessageItem } from './item.js';
import type { Store } from './store.js';

export interface MemberOptions {
  readonly person: string;
  readonly token: string;
  readonly store: Store;
  readonly open: () => Socket;
  /** Something is not as it was. */
  readonly changed: () => void;
  /** What could not be done in the background. */
  readonly failed: (error: unknown) => void;
  /** In milliseconds since 1970. */
  readonly now?: () => number;
}

const PACKAGES = 8;
const MAX_CHATS = 100;
const TRIES = 5;

export class Member {
  readonly person: string;
  readonly chats = new Map<string, Chat>();
  connection: 'online' | 'connecting' | LinkErrorCode = 'connecting';
  people: readonly Presence[] = [];
  readonly #options: MemberOptions;
  readonly #now: () => number;
  readonly #link: Link;
  #packages: readonly OwnKeyPackage[] = [];
  /** Work on groups is done one piece after the other. */
  #queue: Promise<unknown> = Promise.resolve();
  #waiting: (() => void)[] = [];

  private constructor(options: MemberOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.person = options.person;
    this.#link = new Link({
      open: options.open,
      token: options.token,
      online: ({ packages }) => this.#background(() => this.#arrived(packages)),
      offline: (code) => {
        this.connection = code;
        options.changed();
      },
      push: (push) => this.#background(() => this.#pushed(push)),
    });
  }

  /** @throws GroupError `state-malformed`; whatever the store throws */
  static async start(options: MemberOptions): Promise<Member> {
    const chats: Chat[] = [];
    for (const name of await options.store.names()) {
      if (name.startsWith('chat/'))
        chats.push(await Chat.restore(options.person, (await options.store.read(name)) as KeptChat));
    }
    const packages = (await options.store.read('packages')) as readonly OwnKeyPackage[] | undefined;
    const member = new Member(options);
    member.#packages = packages ?? [];
    for (const chat of chats) member.chats.set(chat.group.id, chat);
    return member;
  }

  close(): void {
    this.#link.close();
  }

  retryNow(): void {
    this.#link.retryNow();
  }

  /** A new chat. People who cannot be invited yet come in when they can. */
  create(name: string, people: readonly string[]): Promise<string> {
    return this.#alone(async () => {
      const id = newId();
      await this.#link.ask<'create'>({ op: 'create', group: id });
      const group = await Group.create(
        { id, name, me: this.person, now: this.#now() },
        await newKeyPackage(this.person),
      );
      const chat = Chat.begin(group, 0, 'created', people);
      this.chats.set(id, chat);
      await this.#save(chat);
      this.#background(() => this.#inviteWanted());
      return id;
    });
  }

  /** Says something; it is sent as soon as there is a connection. @throws GroupError, StoreFullError */
  async say(id: string, text: string, quote?: Quote, fromProtected = false): Promise<void> {
    await this.#alone(async () => {
      const chat = this.#chat(id);
      const before = chat.kept;
      await chat.say(text, this.#now(), quote, fromProtected);
      await this.#save(chat).catch(async (error: unknown) => {
        await chat.unsay(before);
        this.#changed();
        throw error;
      });
    });
    this.#background(() => this.#flush(this.#chat(id)));
  }

  /** Says in one chat what somebody said in another, marked if it comes from a protected one. */
  forward(from: string, item: MessageItem, to: string): Promise<void> {
    const marked = this.#chat(from).marksForwarded(item);
    return this.say(to, '', { sender: item.sender, text: item.text || (item.quote?.text ?? '') }, marked);
  }

  /**
   * Turns protection on or off. If somebody else's change comes first, it is made again on top, unless they did the same.
   * @throws GroupError, LinkError `offline`
   */
  async protect(id: string, on: boolean): Promise<void> {
    await this.#change(id, (group) =>
      group.setting.on === on ? undefined : group.changeSetting(on, this.#now()),
    );
  }

  /** @throws GroupError, LinkError */
  async add(id: string, person: string): Promise<void> {
    await this.#change(id, async (group) => {
      if (group.members.includes(person)) return undefined;
      return group.add(person, fromBase64(await this.#link.ask<'claim'>({ op: 'claim', person })));
    });
  }

  /** @throws GroupError, LinkError */
  async remove(id: string, person: string): Promise<void> {
    await this.#change(id, (group) => (group.members.includes(person) ? group.remove(person) : undefined));
  }

  async read(id: string): Promise<void> {
    await this.#alone(async () => {
      const chat = this.#chat(id);
      if (chat.readTo === chat.items.length) return;
      chat.readTo = chat.items.length;
      await this.#save(chat);
    });
  }

  async allowAi(id: string, allowed: boolean): Promise<void> {
    await this.#alone(async () => {
      const chat = this.#chat(id);
      chat.aiAllowed = allowed;
      await this.#save(chat);
    });
  }

  /** Commits again and again until what is wanted is so. `make` returns nothing when it is. */
  async #change(
    id: string,
    make: (group: Group) => Promise<Pending> | Promise<Pending | undefined> | undefined,
  ): Promise<void> {
    for (let tries = 1; tries <= TRIES; tries++) {
      if (this.connection !== 'online') throw new LinkError('offline');
      const begun = await this.#alone(async () => {
        const chat = this.#chat(id);
        if (chat.group.isChanging) return true;
        const pending = await make(chat.group);
        if (!pending) return false;
        chat.change(pending.commit);
        await this.#save(chat);
        return true;
      });
      if (!begun) return;
      await this.#flush(this.#chat(id));
      await this.#settled(id);
    }
    throw new GroupError('change-underway', 'Others are changing the chat all the time. Try again.');
  }

  /** Resolves when the group has taken our change, or another one before it. */
  async #settled(id: string): Promise<void> {
    while (this.#chat(id).group.isChanging) {
      if (this.connection !== 'online') throw new LinkError('offline');
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    }
  }

  async #arrived(packages: number): Promise<void> {
    await this.#alone(async () => {
      const missing = PACKAGES - packages;
      if (missing > 0) {
        const made: OwnKeyPackage[] = [];
        for (let i = 0; i < missing; i++) made.push(await newKeyPackage(this.person));
        this.#packages = [...this.#packages, ...made];
        // Kept first: an invitation for a package that was lost could not be opened.
        await this.#options.store.write('packages', this.#packages);
        await this.#link.ask<'publish'>({
          op: 'publish',
          packages: made.map(({ publicPackage }) => toBase64(encodeKeyPackage(publicPackage))),
        });
      }
    });
    const { invitations, heads } = await this.#link.ask<'chats'>({ op: 'chats' });
    for (const invitation of invitations) await this.#invited(invitation);
    this.connection = 'online';
    for (const chat of this.chats.values()) {
      await this.#catchUp(chat, heads[chat.group.id] ?? 0);
      await this.#flush(chat);
    }
    this.#changed();
    await this.#inviteWanted();
  }

  async #pushed(push: Push): Promise<void> {
    switch (push.push) {
      case 'entry': {
        const chat = this.chats.get(push.group);
        if (!chat) return;
        if (push.entry.seq > chat.seq + 1) await this.#catchUp(chat, push.entry.seq);
        else await this.#take(chat, [push.entry]);
        return;
      }
      case 'invitation':
        await this.#invited(push.invitation);
        return;
      case 'presence':
        this.people = push.people;
        this.#changed();
        await this.#inviteWanted();
        return;
      case 'pulse':
        for (const chat of this.chats.values()) await this.#catchUp(chat, push.heads[chat.group.id] ?? 0);
        this.#changed();
    }
  }

  /** Fetches what was missed, then knows that nothing was. */
  async #catchUp(chat: Chat, head: number): Promise<void> {
    const group = chat.group.id;
    while (chat.seq < head && chat.group.isMember) {
      const entries = await this.#link.ask<'fetch'>({ op: 'fetch', group, after: chat.seq });
      if (entries.length === 0) return;
      await this.#take(chat, entries);
    }
    chat.privacy.confirm();
  }

  async #take(chat: Chat, entries: readonly Entry[]): Promise<void> {
    await this.#alone(async () => {
      for (const { seq, bytes } of entries) {
        // What comes again was taken already; what comes too early will be fetched in its order.
        if (seq === chat.seq + 1) await chat.take(seq, fromBase64(bytes));
      }
      await this.#save(chat);
    });
    for (const resolve of this.#waiting.splice(0)) resolve();
    await this.#errands(chat);
  }

  async #invited({ group: id, seq, bytes }: Invitation): Promise<void> {
    await this.#alone(async () => {
      if (this.chats.get(id)?.group.isMember || this.chats.size >= MAX_CHATS) return;
      for (const own of this.#packages) {
        const group = await Group.join(this.person, fromBase64(bytes), own).catch(() => undefined);
        if (group?.id !== id) continue;
        const chat = Chat.begin(group, seq, 'joined');
        this.chats.set(id, chat);
        await this.#save(chat);
        this.#packages = this.#packages.filter((one) => one !== own);
        await this.#options.store.write('packages', this.#packages);
        return;
      }
    });
    const chat = this.chats.get(id);
    const { heads } = await this.#link.ask<'chats'>({ op: 'chats' });
    if (chat) await this.#catchUp(chat, heads[id] ?? 0);
    this.#changed();
  }

  async #inviteWanted(): Promise<void> {
    if (this.connection !== 'online') return;
    for (const [id, { wanted }] of this.chats) {
      for (const person of wanted) {
        const ready = this.people.some((one) => one.person === person && one.ready);
        if (ready) await this.add(id, person);
      }
    }
  }

  /** Sends what waits, in its order. */
  async #flush(chat: Chat): Promise<void> {
    for (const { id, bytes } of chat.outbox) {
      if (!chat.group.isMember) return;
      await this.#link.ask<'send'>({ op: 'send', group: chat.group.id, id, bytes: toBase64(bytes) });
    }
    await this.#errands(chat);
  }

  async #errands(chat: Chat): Promise<void> {
    for (const errand of chat.errands) {
      await this.#tell(chat.group.id, errand);
      chat.errands = chat.errands.filter((one) => one !== errand);
      await this.#alone(() => this.#save(chat));
    }
  }

  async #tell(group: string, errand: Errand): Promise<void> {
    const { person, seq } = errand;
    if (errand.kind === 'expel') await this.#link.ask<'expel'>({ op: 'expel', group, person, seq });
    else await this.#link.ask<'invite'>({ op: 'invite', group, person, seq, bytes: toBase64(errand.bytes) });
  }

  #chat(id: string): Chat {
    const chat = this.chats.get(id);
    if (chat) return chat;
    throw new GroupError('not-a-member', 'You are not in this chat.');
  }

  async #save(chat: Chat): Promise<void> {
    this.#changed();
    await this.#options.store.write(`chat/${chat.group.id}`, chat.kept);
  }

  #changed(): void {
    this.#options.changed();
  }

  #alone<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#queue.then(work);
    this.#queue = done.catch(() => undefined);
    return done;
  }

  /** What is offline now is done when the connection is back. */
  #background(work: () => Promise<void>): void {
    work().catch((error: unknown) => {
      if (error instanceof LinkError && error.code === 'offline') return;
      this.#options.failed(error);
    });
  }
}
