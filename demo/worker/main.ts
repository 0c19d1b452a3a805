/** The worker: chats, keys, tokens and the SDK live here; the page only shows what it is told. */
import { requirePermitted } from 'sotto/client';
import type { Socket } from '../delivery/link.js';
import { DELIVERY_PATH } from '../delivery/path.js';
import { type Chat, Member, type MessageItem, quotable } from '../member/index.js';
import { AppSession } from './app-session.js';
import { Assistant } from './assistant.js';
import { chatViewOf } from './chat-view.js';
import { Database } from './database.js';
import { photoOf } from './photo.js';
import { Photos } from './photos.js';
import { Requests } from './requests.js';
import { troubleOf } from './trouble.js';
import type {
  Command,
  Connection,
  FromWorker,
  MessageRef,
  ShieldView,
  ToWorker,
  Trouble,
  View,
} from './view.js';

interface Person {
  readonly id: string;
  readonly name: string;
}

class App {
  #member: Member | undefined;
  #session: AppSession | undefined;
  #assistant: Assistant | undefined;
  #requests: Requests | undefined;
  #photos: Photos | undefined;
  #names = new Map<string, string>();
  #me = '';
  #trouble: Trouble | undefined;
  #elsewhere = false;
  #scheduled = false;
  /** Where each open chat's unread part began, until it is opened again. */
  readonly #unreadFrom = new Map<string, number>();

  async do(command: Command): Promise<unknown> {
    if (command.do === 'start') return this.#start(command);
    const member = this.#member;
    if (!member) return undefined;
    const chat = 'chat' in command ? member.chats.get(command.chat) : undefined;
    switch (command.do) {
      case 'sign-in':
        this.#session?.signIn(command.token);
        member.signIn(command.token);
        return void this.#assistant?.verify();
      case 'online':
        return member.retryNow();
      case 'create':
        return member.create(command.name, command.people);
      case 'say':
        return this.#say(member, member.chats.of(command.chat), command);
      case 'forward': {
        const item = chat && messageOf(chat, command.message);
        return item && member.forward(command.chat, item, command.to);
      }
      case 'fetch-photo':
      case 'show-photo':
      case 'save-photo': {
        const item = chat && messageOf(chat, command.message);
        return item && this.#photo(command.do, chat, item);
      }
      case 'open':
        if (chat && chat.readTo < chat.items.length) this.#unreadFrom.set(command.chat, chat.readTo);
        else this.#unreadFrom.delete(command.chat);
        return member.read(command.chat);
      case 'read':
        return member.read(command.chat);
      case 'protect':
        return member.protect(command.chat, command.on);
      case 'add':
        return member.add(command.chat, command.person);
      case 'remove':
        return member.remove(command.chat, command.person);
      case 'allow-ai':
        return member.allowAi(command.chat, command.allowed);
      case 'ask':
        // Starts, and is seen in the view as it goes.
        if (chat?.aiAllowed)
          void this.#requests?.ask(chat, command, this.#unreadFrom.get(command.chat) ?? chat.readTo);
        return undefined;
      case 'stop':
        return this.#requests?.stop(command.chat);
      case 'dismiss':
        return this.#requests?.dismiss(command.chat);
      case 'export':
        return chat && this.#export(chat);
      case 'clear-trouble':
        this.#trouble = undefined;
        return this.changed();
      case 'verify':
        return this.#assistant?.verify();
    }
  }

  async #start({ person, token, site }: Extract<Command, { do: 'start' }>): Promise<void> {
    this.#me = person;
    await this.#onlyHere(person);
    const people = (await (await fetch(`${site}/api/people`)).json()) as readonly Person[];
    this.#names = new Map(people.map(({ id, name }) => [id, name]));
    const store = await Database.open(`sotto-chat/${person}`);
    const changed = () => this.changed();
    this.#session = new AppSession(site, token, changed);
    this.#assistant = await Assistant.start(store, this.#session, changed);
    this.#requests = new Requests(this.#assistant, (id) => this.#nameOf(id), changed);
    this.#member = await Member.start({
      person,
      token,
      store,
      open: () => new WebSocket(`${site.replace(/^http/, 'ws')}${DELIVERY_PATH}`) as Socket,
      changed,
      failed: (error) => {
        this.#trouble = troubleOf(error);
        changed();
      },
    });
    this.#photos = new Photos(this.#member, changed);
    changed();
  }

  async #say(
    member: Member,
    chat: Chat,
    { text, quote, picture }: Extract<Command, { do: 'say' }>,
  ): Promise<void> {
    const quoted = quote && messageOf(chat, quote);
    const more = quoted ? quoting(quoted) : {};
    if (!picture) return member.say(chat.id, text, more);
    const photo = await photoOf(picture);
    this.#photos?.put(chat, await member.sendPhoto(chat.id, photo, text, more), photo.bytes);
  }

  #photo(what: 'fetch-photo' | 'show-photo' | 'save-photo', chat: Chat, item: MessageItem): unknown {
    if (what === 'fetch-photo') return this.#photos?.fetch(chat, item);
    if (what === 'show-photo') return this.#photos?.show(chat, item);
    return this.#photos?.save(chat, item);
  }

  /** Two windows of one person would use the same keys twice: the second one waits for the first. */
  async #onlyHere(person: string): Promise<void> {
    await new Promise<void>((granted) => {
      const hold = () => {
        this.#elsewhere = false;
        granted();
        // Held until the window is closed.
        return new Promise<never>(() => undefined);
      };
      const lock = `sotto-chat/${person}`;
      void navigator.locks.request(lock, { ifAvailable: true }, (free) => {
        if (free) return hold();
        this.#elsewhere = true;
        this.changed();
        void navigator.locks.request(lock, hold);
        return undefined;
      });
    });
  }

  /** The chat as text, if its members let it out. @throws ClientError `chat-protected`, `privacy-unproven` */
  #export(chat: Chat): string {
    const said = chat.items.filter((item) => item.kind === 'message');
    requirePermitted('export', [
      chat.draft(''),
      ...said.map((item) => chat.message(item, (id) => this.#nameOf(id))),
    ]);
    return said
      .map((item) => `${new Date(item.time).toISOString()} ${this.#nameOf(item.sender)}: ${quotable(item)}`)
      .join('\n');
  }

  #nameOf(person: string): string {
    return this.#names.get(person) ?? person;
  }

  /** Shows everything anew, once for all that changes now. */
  changed(): void {
    for (const chat of this.#member?.chats.values() ?? []) {
      this.#requests?.enforce(chat);
      this.#photos?.look(chat);
    }
    if (this.#scheduled) return;
    this.#scheduled = true;
    setTimeout(() => {
      this.#scheduled = false;
      tell({ view: this.#view() });
    }, 16);
  }

  #view(): View {
    return {
      me: this.#me,
      connection: this.#connection(),
      people: this.#member?.people ?? [],
      chats: [...(this.#member?.chats.values() ?? [])].map((chat) =>
        chatViewOf(chat, {
          unreadFrom: this.#unreadFrom.get(chat.id) ?? chat.readTo,
          ai: this.#requests?.viewOf(chat.id),
          photos: this.#photos,
        }),
      ),
      shield: this.#assistant?.shield ?? NO_SHIELD,
      ...(this.#trouble ? { trouble: this.#trouble } : {}),
    };
  }

  #connection(): Connection {
    if (this.#elsewhere) return 'elsewhere';
    if (this.#session?.hasEnded) return 'signed-out';
    const connection = this.#member?.connection ?? 'connecting';
    if (connection === 'online' || connection === 'connecting') return connection;
    return connection === 'not-signed-in' ? 'signed-out' : 'offline';
  }
}

const NO_SHIELD: ShieldView = { state: 'checking', measurement: '', tokens: 0, relay: '', issuer: '' };

/** A quote stands as what it quotes. */
const quoting = (item: MessageItem) => ({
  quote: { sender: item.sender, text: quotable(item) },
  ...(item.fromProtected ? { fromProtected: item.fromProtected } : {}),
});

const messageOf = (chat: Chat, { sender, id }: MessageRef): MessageItem | undefined => chat.find(sender, id);

const tell = (message: FromWorker): void => self.postMessage(message);

const app = new App();
self.addEventListener('message', ({ data }: MessageEvent<ToWorker>) => {
  const { re, command } = data;
  app.do(command).then(
    (value) => tell({ re, ok: true, value }),
    (error: unknown) => tell({ re, ok: false, trouble: troubleOf(error) }),
  );
});
