/** A member's chats, as they are kept: work on them is done one piece after the other. */
import { GroupError } from '../group/index.js';
import { Chat, type KeptChat } from './chat.js';
import type { Store } from './store.js';

const PREFIX = 'chat/';

export class Chats extends Map<string, Chat> {
  readonly #store: Store;
  readonly #changed: () => void;
  #last: Promise<unknown> = Promise.resolve();

  private constructor(store: Store, changed: () => void) {
    super();
    this.#store = store;
    this.#changed = changed;
  }

  /** @throws GroupError `state-malformed`; whatever the store throws */
  static async load(person: string, store: Store, changed: () => void): Promise<Chats> {
    const chats = new Chats(store, changed);
    for (const name of await store.names()) {
      if (!name.startsWith(PREFIX)) continue;
      const chat = await Chat.restore(person, (await store.read(name)) as KeptChat);
      chats.set(chat.id, chat);
    }
    return chats;
  }

  /** @throws GroupError `not-a-member` */
  of(id: string): Chat {
    const chat = this.get(id);
    if (chat) return chat;
    throw new GroupError('not-a-member', 'You are not in this chat.');
  }

  /** Runs when all earlier work is done. */
  turn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => undefined);
    return done;
  }

  /** Resolves when it is kept. @throws StoreFullError */
  async save(chat: Chat): Promise<void> {
    this.#changed();
    await this.#store.write(`${PREFIX}${chat.id}`, chat.kept);
  }
}
