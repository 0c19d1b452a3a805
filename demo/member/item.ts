/** What a chat shows, line by line. */
import type { Content } from '../group/index.js';

/** What may be said beside the text. */
export type Additions = Pick<Content, 'quote' | 'media' | 'fromProtected'>;

export type Item = MessageItem | NoteItem;

export interface MessageItem extends Content {
  readonly kind: 'message';
  readonly sender: string;
  /** Its place in the group's order; nothing while it is on its way. */
  readonly seq?: number;
}

/** Tells one line of a chat from all others: a message's id is its sender's own, and others may use the same. */
export const keyOf = (item: Pick<MessageItem, 'kind' | 'sender' | 'id'> | NoteItem): string =>
  item.kind === 'message' ? `${item.sender} ${item.id}` : `note ${item.id}`;

/** What stands for a message where there is room for a line only. */
export const quotable = (item: {
  readonly text: string;
  readonly quote?: { readonly text: string };
  readonly media?: unknown;
  readonly photo?: unknown;
}): string => item.text || item.quote?.text || (item.media || item.photo ? 'Photo' : '');

/** Something that happened to the chat. */
export type NoteItem = { readonly id: string; readonly kind: 'note' } & (
  | { readonly what: 'setting'; readonly on: boolean; readonly by: string; readonly since: number }
  | { readonly what: 'created' | 'joined'; readonly by: string }
  | { readonly what: 'added' | 'removed'; readonly person: string; readonly by: string }
  /** Something came that this app does not show: damaged, forged, too large, or of a state that it does not know. */
  | { readonly what: 'refused'; readonly why: string; readonly times: number }
);
