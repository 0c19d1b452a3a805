/** Photos of chats: sealed before they go, opened in memory when they come, and kept nowhere. */
import { requirePermitted } from 'sotto/client';
import type { Link } from '../delivery/link.js';
import { PIECE_BYTES } from '../delivery/protocol.js';
import {
  fromBase64,
  type Group,
  type Media,
  mediaRefused,
  newId,
  openMedia,
  type Photo,
  sealedSize,
  sealMedia,
  toBase64,
} from '../group/index.js';
import type { Chat } from './chat.js';
import type { MessageItem } from './item.js';
import { jpegSize } from './jpeg.js';

/** Somebody asked for it, or the app fetches it before anybody does. */
export type Asked = 'by-hand' | 'by-itself';

export class MediaTransfer {
  readonly #link: Link;

  constructor(link: Link) {
    this.#link = link;
  }

  /**
   * Resolves when the delivery service has all of it.
   * @throws GroupError `media-too-large`, `not-a-member`, LinkError
   */
  async upload(group: Group, photo: Photo): Promise<Media> {
    group.requireMember();
    const { media, sealed } = await sealMedia(newId(), photo);
    for (let at = 0; at * PIECE_BYTES < sealed.length; at++) {
      const bytes = toBase64(sealed.subarray(at * PIECE_BYTES, (at + 1) * PIECE_BYTES));
      await this.#link.ask<'keep-piece'>({ op: 'keep-piece', group: group.id, media: media.id, at, bytes });
    }
    return media;
  }

  /**
   * The photo of a message. By itself only where the chat's members let it: they are asked before each piece and at the
   * end, because they may change their minds in between.
   * @throws ClientError `chat-protected`, `privacy-unproven`, GroupError `media-refused`, LinkError
   */
  async download(chat: Chat, item: MessageItem, asked: Asked): Promise<Photo> {
    const { media } = item;
    if (!media) throw mediaRefused();
    const look = () => {
      if (asked === 'by-itself') requirePermitted('auto-download', [chat.message(item)]);
    };
    const sealed = new Uint8Array(sealedSize(media));
    for (let from = 0, at = 0; from < sealed.length; at++) {
      look();
      const request = { op: 'piece', group: chat.group.id, media: media.id, at } as const;
      const piece = fromBase64(await this.#link.ask<'piece'>(request));
      if (piece.length !== Math.min(PIECE_BYTES, sealed.length - from)) throw mediaRefused();
      sealed.set(piece, from);
      from += piece.length;
    }
    look();
    const bytes = await openMedia(media, sealed);
    const [width, height] = jpegSize(bytes) ?? [];
    if (width !== media.width || height !== media.height) throw mediaRefused();
    return { bytes, width, height };
  }
}
