/** What goes from a chat to the delivery service: what was said and changed, and who may come in or has to go. */
import type { Link } from '../delivery/link.js';
import { toBase64 } from '../group/index.js';
import type { Chat, Errand } from './chat.js';

export class Sending {
  readonly #link: Link;
  readonly #keep: (chat: Chat) => Promise<void>;

  /** @param keep resolves when the chat is kept as it is */
  constructor(link: Link, keep: (chat: Chat) => Promise<void>) {
    this.#link = link;
    this.#keep = keep;
  }

  /** Sends what waits, in its order. @throws LinkError */
  async flush(chat: Chat): Promise<void> {
    for (const { id, bytes } of chat.outbox) {
      if (!chat.group.isMember) return;
      await this.#link.ask<'send'>({ op: 'send', group: chat.group.id, id, bytes: toBase64(bytes) });
    }
    await this.errands(chat);
  }

  /** Tells of changes that took effect. @throws LinkError */
  async errands(chat: Chat): Promise<void> {
    for (const errand of chat.errands) {
      if (!chat.group.isMember) return;
      await this.#tell(chat.group.id, errand);
      chat.errands = chat.errands.filter((one) => one !== errand);
      await this.#keep(chat);
    }
  }

  async #tell(group: string, errand: Errand): Promise<void> {
    const { person, seq } = errand;
    if (errand.kind === 'expel') await this.#link.ask<'expel'>({ op: 'expel', group, person, seq });
    else await this.#link.ask<'invite'>({ op: 'invite', group, person, seq, bytes: toBase64(errand.bytes) });
  }
}
