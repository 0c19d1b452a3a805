/** What comes to a member's chats, in the delivery service's order. The service is not believed in more than that. */
import { type Link, LinkError } from '../delivery/link.js';
import type { Entry, Invitation } from '../delivery/protocol.js';
import { fromBase64 } from '../group/index.js';
import { Chat } from './chat.js';
import type { Chats } from './chats.js';
import type { KeyPackages } from './key-packages.js';

const MAX_CHATS = 100;

export class Receiving {
  readonly #link: Link;
  readonly #chats: Chats;
  readonly #packages: KeyPackages;
  readonly #taken: (chat: Chat) => Promise<void>;

  /** @param taken runs after entries were taken */
  constructor(link: Link, chats: Chats, packages: KeyPackages, taken: (chat: Chat) => Promise<void>) {
    this.#link = link;
    this.#chats = chats;
    this.#packages = packages;
    this.#taken = taken;
  }

  async entry(group: string, entry: Entry): Promise<void> {
    const chat = this.#chats.get(group);
    if (!chat) return;
    if (entry.seq > chat.seq + 1) await this.catchUp(chat, entry.seq);
    else await this.#take(chat, [entry]);
  }

  /**
   * Fetches what was missed, then knows that nothing was. A head that lies behind what came already proves nothing:
   * without a better one the chat's setting is not believed for long.
   * @throws LinkError `order-broken` when the service leaves entries out
   */
  async catchUp(chat: Chat, head: number | undefined): Promise<void> {
    if (head === undefined || head < chat.seq) return;
    const group = chat.group.id;
    while (chat.seq < head && chat.group.isMember) {
      const before = chat.seq;
      await this.#take(chat, await this.#link.ask<'fetch'>({ op: 'fetch', group, after: before }));
      if (chat.seq === before) throw new LinkError('order-broken');
    }
    chat.privacy.confirm();
  }

  async invited({ group: id, seq, bytes }: Invitation): Promise<void> {
    await this.#chats.turn(async () => {
      if (this.#chats.get(id)?.group.isMember || this.#chats.size >= MAX_CHATS) return;
      const joined = await this.#packages.join(id, fromBase64(bytes));
      if (!joined) return;
      const chat = Chat.begin(joined.group, seq, 'joined');
      this.#chats.set(id, chat);
      await this.#chats.save(chat);
      await joined.spend();
    });
    const chat = this.#chats.get(id);
    const { heads } = await this.#link.ask<'chats'>({ op: 'chats' });
    if (chat) await this.catchUp(chat, heads[id]);
  }

  async #take(chat: Chat, entries: readonly Entry[]): Promise<void> {
    await this.#chats.turn(async () => {
      for (const { seq, bytes } of entries) {
        // What comes again was taken already; what comes too early will be fetched in its order.
        if (seq === chat.seq + 1) await chat.take(seq, fromBase64(bytes));
      }
      await this.#chats.save(chat);
    });
    await this.#taken(chat);
  }
}
