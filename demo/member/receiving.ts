/** What comes to a member's chats, in the delivery service's order. The service is not believed in more than that. */
import type { Link } from '../delivery/link.js';
import { LinkError } from '../delivery/link-error.js';
import type { Entry, Head, Heads, Invitation } from '../delivery/protocol.js';
import { fromBase64 } from '../group/index.js';
import { Chat } from './chat.js';
import type { Chats } from './chats.js';
import type { KeyPackages } from './key-packages.js';

const MAX_CHATS = 100;

interface Told {
  /** Entries were taken. */
  readonly taken: (chat: Chat) => Promise<void>;
  /** A chat's order is broken. */
  readonly failed: (error: unknown) => void;
}

export class Receiving {
  readonly #link: Link;
  readonly #chats: Chats;
  readonly #packages: KeyPackages;
  readonly #told: Told;

  constructor(link: Link, chats: Chats, packages: KeyPackages, told: Told) {
    this.#link = link;
    this.#chats = chats;
    this.#packages = packages;
    this.#told = told;
  }

  async entry(group: string, entry: Entry): Promise<void> {
    const chat = this.#chats.get(group);
    if (!chat) return;
    if (entry.seq > chat.seq + 1) await this.catchUp(chat, { seq: entry.seq, ended: false });
    else await this.#take(chat, [entry]);
  }

  /**
   * Fetches what was missed, then knows that nothing was. A head that lies behind what came already proves nothing:
   * without a better one the chat's setting is not believed for long.
   * @throws LinkError `order-broken` when the service leaves entries out, `cut-off` when it gives no more of them although
   * nobody took us out
   */
  async catchUp(chat: Chat, head: Head | undefined): Promise<void> {
    if (head === undefined || head.seq < chat.seq || !chat.group.isMember) return;
    const group = chat.group.id;
    while (chat.seq < head.seq && chat.group.isMember) {
      const before = chat.seq;
      await this.#take(chat, await this.#link.ask<'fetch'>({ op: 'fetch', group, after: before }));
      if (chat.seq === before) throw new LinkError('order-broken');
    }
    if (head.ended && chat.group.isMember) throw new LinkError('cut-off');
    chat.privacy.confirm();
  }

  /** What is wrong with one chat's order keeps nobody from the others. @throws LinkError `offline` */
  async catchUpAll(heads: Heads): Promise<void> {
    for (const chat of [...this.#chats.values()]) {
      await this.catchUp(chat, heads[chat.group.id]).catch((error: unknown) => {
        if (!(error instanceof LinkError) || error.code === 'offline') throw error;
        this.#told.failed(error);
      });
    }
  }

  async invited({ group: id, seq, bytes }: Invitation): Promise<void> {
    const chat = await this.#chats.turn(async () => {
      const known = this.#chats.get(id);
      if (known?.group.isMember || this.#chats.size >= MAX_CHATS) return undefined;
      const joined = await this.#packages.join(id, fromBase64(bytes));
      if (!joined) return undefined;
      if (known) await this.#setAside(known);
      const begun = Chat.begin(joined.group, seq, 'joined');
      this.#chats.set(id, begun);
      await this.#chats.save(begun);
      await joined.spend();
      return begun;
    });
    if (!chat) return;
    const { heads } = await this.#link.ask<'chats'>({ op: 'chats' });
    await this.catchUp(chat, heads[id]);
  }

  /** Kept under its new name before its old one is given to the new chat. */
  async #setAside(chat: Chat): Promise<void> {
    this.#chats.delete(chat.id);
    chat.setAside();
    this.#chats.set(chat.id, chat);
    await this.#chats.save(chat);
  }

  async #take(chat: Chat, entries: readonly Entry[]): Promise<void> {
    await this.#chats.turn(async () => {
      for (const { seq, bytes } of entries) {
        // What comes again was taken already, what comes too early will be fetched in its order, and what comes after we
        // were removed is not for us.
        if (seq === chat.seq + 1 && chat.group.isMember) await chat.take(seq, fromBase64(bytes));
      }
      await this.#chats.save(chat);
    });
    await this.#told.taken(chat);
  }
}
