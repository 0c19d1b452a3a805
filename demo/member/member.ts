/** One person's app without its page: chats, and their way through the delivery service. */
import { requirePermitted } from 'sotto/client';
import { Link, type Socket } from '../delivery/link.js';
import { LinkError, type LinkErrorCode } from '../delivery/link-error.js';
import type { Presence, Push } from '../delivery/protocol.js';
import { fromBase64, Group, type Media, newId, newKeyPackage, type Photo, toBase64 } from '../group/index.js';
import { Changes } from './changes.js';
import { Chat } from './chat.js';
import { Chats } from './chats.js';
import { type Additions, type MessageItem, quotable } from './item.js';
import { KeyPackages } from './key-packages.js';
import { MediaTransfer } from './media.js';
import { Receiving } from './receiving.js';
import { Sending } from './sending.js';
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

export class Member {
  readonly person: string;
  readonly chats: Chats;
  readonly media: MediaTransfer;
  connection: 'online' | 'connecting' | LinkErrorCode = 'connecting';
  people: readonly Presence[] = [];
  readonly #options: MemberOptions;
  readonly #now: () => number;
  readonly #link: Link;
  readonly #packages: KeyPackages;
  readonly #sending: Sending;
  readonly #receiving: Receiving;
  readonly #changes: Changes;

  private constructor(options: MemberOptions, chats: Chats, packages: KeyPackages) {
    this.#options = options;
    this.#packages = packages;
    this.#now = options.now ?? Date.now;
    this.person = options.person;
    this.chats = chats;
    this.#link = new Link({
      open: options.open,
      token: options.token,
      online: ({ packages: published }) => this.#background(() => this.#arrived(published)),
      offline: (code) => {
        this.connection = code;
        this.#changes.look();
        options.changed();
      },
      push: (push) => this.#background(() => this.#pushed(push)),
    });
    this.media = new MediaTransfer(this.#link);
    this.#sending = new Sending(this.#link, (chat) => chats.turn(() => chats.save(chat)));
    this.#changes = new Changes(chats, this.#sending, () => this.connection === 'online');
    this.#receiving = new Receiving(this.#link, chats, packages, {
      taken: async (chat) => {
        this.#changes.look();
        await this.#sending.errands(chat);
      },
      failed: options.failed,
    });
  }

  /** @throws GroupError `state-malformed`; whatever the store throws */
  static async start(options: MemberOptions): Promise<Member> {
    const { person, store, changed } = options;
    const chats = await Chats.load(person, store, changed);
    return new Member(options, chats, await KeyPackages.load(person, store));
  }

  close(): void {
    this.#link.close();
  }

  /** Goes on with another sign-in of the same person. */
  signIn(token: string): void {
    this.connection = 'connecting';
    this.#link.signIn(token);
    this.#options.changed();
  }

  retryNow(): void {
    this.#link.retryNow();
  }

  /** A new chat. People who cannot be invited yet come in when they can. */
  create(name: string, people: readonly string[]): Promise<string> {
    return this.chats.turn(async () => {
      const id = newId();
      await this.#link.ask<'create'>({ op: 'create', group: id });
      const group = await Group.create(
        { id, name, me: this.person, now: this.#now() },
        await newKeyPackage(this.person),
      );
      const chat = Chat.begin(group, 0, 'created', people);
      this.chats.set(id, chat);
      await this.chats.save(chat);
      this.#background(() => this.#inviteWanted());
      return id;
    });
  }

  /** Says something; it is sent as soon as there is a connection. @throws GroupError, StoreFullError */
  async say(id: string, text: string, more: Additions = {}): Promise<void> {
    await this.chats.turn(async () => {
      const chat = this.chats.of(id);
      const before = chat.kept;
      await chat.say({ id: newId(), text, time: this.#now(), ...more });
      await this.chats.save(chat).catch(async (error: unknown) => {
        await chat.unsay(before);
        this.#options.changed();
        throw error;
      });
    });
    this.#background(() => this.#sending.flush(this.chats.of(id)));
  }

  /**
   * Sends a photo, with what is said of it. It needs a connection: nothing is said before all of it is there.
   * @throws GroupError `media-too-large`, `not-a-member`, LinkError, StoreFullError
   */
  async sendPhoto(id: string, photo: Photo, text: string, more: Additions = {}): Promise<Media> {
    const media = await this.media.upload(this.chats.of(id).group, photo);
    await this.say(id, text, { ...more, media });
    return media;
  }

  /**
   * Says in one chat what somebody said in another, marked if it comes from a protected one. A photo is sealed anew: the
   * other chat's members get none of its keys.
   * @throws ClientError `chat-protected`, `privacy-unproven` for a photo, which does not leave a protected chat
   */
  async forward(from: string, item: MessageItem, to: string): Promise<void> {
    const chat = this.chats.of(from);
    const more: Additions = {
      quote: { sender: item.sender, text: quotable(item) },
      ...(chat.marksForwarded(item) ? { fromProtected: true } : {}),
    };
    if (!item.media) return this.say(to, '', more);
    const look = () => requirePermitted('export', [chat.message(item)]);
    look();
    const photo = await this.media.download(chat, item, 'by-hand');
    look();
    await this.sendPhoto(to, photo, '', more);
  }

  /**
   * Turns protection on or off. If somebody else's change comes first, it is made again on top, unless they did the same.
   * @throws GroupError, LinkError `offline`
   */
  async protect(id: string, on: boolean): Promise<void> {
    await this.#changes.make(id, (group) =>
      group.setting.on === on ? undefined : group.changeSetting(on, this.#now()),
    );
  }

  /** @throws GroupError, LinkError */
  async add(id: string, person: string): Promise<void> {
    await this.#changes.make(id, async (group) => {
      if (group.members.includes(person)) return undefined;
      return group.add(person, fromBase64(await this.#link.ask<'claim'>({ op: 'claim', person })));
    });
  }

  /** @throws GroupError, LinkError */
  async remove(id: string, person: string): Promise<void> {
    await this.#changes.make(id, (group) =>
      group.members.includes(person) ? group.remove(person) : undefined,
    );
  }

  async read(id: string): Promise<void> {
    await this.chats.turn(async () => {
      const chat = this.chats.of(id);
      if (chat.readTo === chat.items.length) return;
      chat.readTo = chat.items.length;
      await this.chats.save(chat);
    });
  }

  async allowAi(id: string, allowed: boolean): Promise<void> {
    await this.chats.turn(async () => {
      const chat = this.chats.of(id);
      chat.aiAllowed = allowed;
      await this.chats.save(chat);
    });
  }

  async #arrived(published: number): Promise<void> {
    await this.chats.turn(async () => {
      const made = await this.#packages.restock(published);
      if (made.length > 0)
        await this.#link.ask<'publish'>({ op: 'publish', packages: made.map((one) => toBase64(one)) });
    });
    const { invitations, heads } = await this.#link.ask<'chats'>({ op: 'chats' });
    const known = [...this.chats.values()];
    await this.#receiving.catchUpAll(heads);
    this.connection = 'online';
    // Whoever was removed and added again learns the first before the second.
    for (const invitation of invitations) await this.#receiving.invited(invitation);
    for (const chat of known) await this.#sending.flush(chat);
    this.#options.changed();
    await this.#inviteWanted();
  }

  async #pushed(push: Push): Promise<void> {
    switch (push.push) {
      case 'entry':
        return this.#receiving.entry(push.group, push.entry);
      case 'invitation':
        await this.#receiving.invited(push.invitation);
        break;
      case 'presence':
        this.people = push.people;
        await this.#inviteWanted();
        break;
      case 'pulse':
        await this.#receiving.catchUpAll(push.heads);
    }
    this.#options.changed();
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

  /** What is offline now is done when the connection is back. */
  #background(work: () => Promise<void>): void {
    work().catch((error: unknown) => {
      if (error instanceof LinkError && error.code === 'offline') return;
      this.#options.failed(error);
    });
  }
}
