/** Changes to a group: one of them counts when several meet, and the others are made again on top of it. */
import { LinkError } from '../delivery/link-error.js';
import { type Group, GroupError, type Pending } from '../group/index.js';
import type { Chats } from './chats.js';
import type { Sending } from './sending.js';

/** What a member wants of a group; nothing when it is so already. */
export type Wanted = (group: Group) => Promise<Pending | undefined> | undefined;

const TRIES = 5;

export class Changes {
  readonly #chats: Chats;
  readonly #sending: Sending;
  readonly #isOnline: () => boolean;
  #waiting: (() => void)[] = [];

  constructor(chats: Chats, sending: Sending, isOnline: () => boolean) {
    this.#chats = chats;
    this.#sending = sending;
    this.#isOnline = isOnline;
  }

  /** Commits again and again until what is wanted is so. @throws GroupError, LinkError */
  async make(id: string, wanted: Wanted): Promise<void> {
    for (let tries = 1; tries <= TRIES; tries++) {
      this.#requireOnline();
      const begun = await this.#chats.turn(async () => {
        const chat = this.#chats.of(id);
        if (chat.group.isChanging) return true;
        const pending = await wanted(chat.group);
        if (!pending) return false;
        chat.change(pending.commit);
        await this.#chats.save(chat);
        return true;
      });
      if (!begun) return;
      await this.#sending.flush(this.#chats.of(id));
      await this.#settled(id);
    }
    throw new GroupError('change-underway', 'Others are changing the chat all the time. Try again.');
  }

  /** Something came: who waits looks whether it was what they wait for. */
  look(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  /** Resolves when the group has taken our change, or another one before it. */
  async #settled(id: string): Promise<void> {
    while (this.#chats.of(id).group.isChanging) {
      this.#requireOnline();
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    }
  }

  #requireOnline(): void {
    if (!this.#isOnline()) throw new LinkError('offline');
  }
}
