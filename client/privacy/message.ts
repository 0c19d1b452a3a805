/** Messages and drafts that know where they come from. Only chats make them, and no copy of one is one. */
import type { Origin } from './origin.js';

export interface MessageContent {
  /** The name that the chat shows. */
  readonly sender: string;
  readonly text: string;
  readonly time?: Date;
}

/** What may be sent to AI, exported or downloaded, if all of its origins say so. */
abstract class OfOrigin {
  readonly #origins: readonly Origin[];

  constructor(origins: readonly Origin[]) {
    this.#origins = origins;
  }

  /** Nothing for what no chat made, however much it looks like it. */
  static originsOf(value: unknown): readonly Origin[] | undefined {
    return value instanceof OfOrigin && #origins in value ? value.#origins : undefined;
  }
}

export const originsOf = (value: unknown): readonly Origin[] | undefined => OfOrigin.originsOf(value);

/** One message of a chat: made by `ChatGroup.message`, or by `ownMessages` for text that is in no group. */
export class Message extends OfOrigin implements MessageContent {
  readonly sender: string;
  readonly text: string;
  readonly time?: Date;

  /** Not for callers: chats make messages. */
  constructor({ sender, text, time }: MessageContent, origins: readonly Origin[]) {
    super(origins);
    this.sender = sender;
    this.text = text;
    if (time !== undefined) this.time = time;
    Object.freeze(this);
  }
}

/** A draft, or an earlier summary: made by `ChatGroup.draft`, or by `ownDraft` for text that is in no group. */
export class Draft extends OfOrigin {
  readonly text: string;

  /** Not for callers: chats make drafts. */
  constructor(text: string, origins: readonly Origin[]) {
    super(origins);
    this.text = text;
    Object.freeze(this);
  }
}
