/** Photos that came or were sent, in memory for as long as the window is open. They are written nowhere. */
import { isPermitted, requirePermitted } from 'sotto/client';
import { LinkError } from '../delivery/link-error.js';
import { type Media, mediaRefused } from '../group/index.js';
import type { Chat, Member, MessageItem } from '../member/index.js';
import { troubleOf } from './trouble.js';
import type { PhotoView } from './view.js';

interface Held {
  readonly state: PhotoView['state'];
  readonly bytes?: Uint8Array<ArrayBuffer>;
  readonly error?: unknown;
}

/** Of each chat's last items, photos come by themselves. */
const BY_ITSELF_ITEMS = 30;
/** Of all that is held, in bytes: what came first goes first. */
const MOST_BYTES = 64 * 1024 * 1024;

export class Photos {
  readonly #member: Member;
  readonly #changed: () => void;
  readonly #held = new Map<string, Held>();
  /** One after the other. */
  #last: Promise<void> = Promise.resolve();

  constructor(member: Member, changed: () => void) {
    this.#member = member;
    this.#changed = changed;
  }

  viewOf(chat: Chat, item: MessageItem, media: Media): PhotoView {
    const { width, height } = media;
    const { state, error } = this.#held.get(keyOf(chat, media)) ?? { state: 'away' };
    return {
      width,
      height,
      state,
      ...(error === undefined ? {} : { trouble: troubleOf(error) }),
      isKept: !isPermitted('export', [chat.message(item)]),
    };
  }

  /** Fetches what may come by itself. */
  look(chat: Chat): void {
    if (!chat.group.isMember || this.#member.connection !== 'online') return;
    for (const item of chat.items.slice(-BY_ITSELF_ITEMS)) {
      // One's own is here already, but for what was sent before the window was opened.
      if (item.kind !== 'message' || !item.media || item.seq === undefined) continue;
      const key = keyOf(chat, item.media);
      if (this.#held.has(key) || !isPermitted('auto-download', [chat.message(item)])) continue;
      this.#held.set(key, { state: 'loading' });
      this.#last = this.#last.then(() => this.#download(chat, item, 'by-itself'));
    }
  }

  /** Somebody pressed the button for it. */
  async fetch(chat: Chat, item: MessageItem): Promise<void> {
    if (item.media) this.#hold(chat, item.media, { state: 'loading' });
    await this.#download(chat, item, 'by-hand');
  }

  /** To be drawn in the chat: pixels, and no file. */
  async show(chat: Chat, item: MessageItem): Promise<ImageBitmap | undefined> {
    const bytes = this.#bytesOf(chat, item);
    if (!bytes) return undefined;
    return createImageBitmap(new Blob([bytes], { type: 'image/jpeg' })).catch((cause: unknown) => {
      this.#hold(chat, item.media!, { state: 'failed', error: mediaRefused(cause) });
      return undefined;
    });
  }

  /** What leaves the chat for the device. @throws ClientError `chat-protected`, `privacy-unproven` */
  save(chat: Chat, item: MessageItem): Uint8Array<ArrayBuffer> | undefined {
    requirePermitted('export', [chat.message(item)]);
    return this.#bytesOf(chat, item);
  }

  /** The user's own: it need not come back to be seen. */
  put(chat: Chat, media: Media, bytes: Uint8Array<ArrayBuffer>): void {
    this.#hold(chat, media, { state: 'here', bytes });
  }

  #bytesOf(chat: Chat, { media }: MessageItem): Uint8Array<ArrayBuffer> | undefined {
    return media && this.#held.get(keyOf(chat, media))?.bytes;
  }

  async #download(chat: Chat, item: MessageItem, asked: 'by-hand' | 'by-itself'): Promise<void> {
    const media = item.media!;
    try {
      const { bytes } = await this.#member.media.download(chat, item, asked);
      this.#hold(chat, media, { state: 'here', bytes });
    } catch (error) {
      // By itself it is tried again when the connection is back, or when the chat's members let it.
      const later =
        asked === 'by-itself' &&
        ((error instanceof LinkError && error.code === 'offline') ||
          !isPermitted('auto-download', [chat.message(item)]));
      if (later) {
        this.#held.delete(keyOf(chat, media));
        this.#changed();
      } else this.#hold(chat, media, { state: 'failed', error });
    }
  }

  #hold(chat: Chat, media: Media, held: Held): void {
    const key = keyOf(chat, media);
    this.#held.delete(key);
    this.#held.set(key, held);
    let bytes = [...this.#held.values()].reduce((all, one) => all + (one.bytes?.length ?? 0), 0);
    for (const [oldest, { bytes: gone }] of this.#held) {
      if (bytes <= MOST_BYTES) break;
      if (!gone || oldest === key) continue;
      bytes -= gone.length;
      this.#held.set(oldest, { state: 'away' });
    }
    this.#changed();
  }
}

/** By what it is: another message with the same photo shows the same. */
const keyOf = (chat: Chat, { id, digest, key }: Media): string => `${chat.id} ${id} ${digest} ${key}`;
