/** What the page shows, and what it can ask for. Plain data: it crosses to the worker and back. */
import type { LoggedRelease, PrivacySetting, Tone, Verdict } from 'sotto/client';
import type { Presence } from '../delivery/protocol.js';
import type { MessageItem, NoteItem } from '../member/index.js';

export type Connection = 'online' | 'connecting' | 'offline' | 'signed-out' | 'elsewhere';
export type Task = 'summarize' | 'reply' | 'rewrite' | 'proofread';

/** Something that went wrong, in words for people, with the code for those who help them. */
export interface Trouble {
  readonly text: string;
  readonly code: string;
  readonly canRetry: boolean;
}

/** One request to AI, as it goes. */
export interface AiView {
  readonly task: Task;
  readonly state: 'working' | 'done' | 'stopped' | 'failed';
  /** The answer so far; several for replies. */
  readonly texts: readonly string[];
  /** What was given: messages for a chat, else the draft. */
  readonly messages: number;
  readonly draft?: string;
  readonly tone?: Tone;
  readonly notices: readonly string[];
  readonly trouble?: Trouble;
}

/** A message's photo, without its key. */
export interface PhotoView {
  /** In pixels. */
  readonly width: number;
  readonly height: number;
  readonly state: 'away' | 'loading' | 'here' | 'failed';
  readonly trouble?: Trouble;
  /** It stays in the chat: it is not saved to the device or forwarded now. */
  readonly isKept: boolean;
}

export type ShownMessage = Omit<MessageItem, 'media'> & { readonly photo?: PhotoView };
export type ShownItem = ShownMessage | NoteItem;

/** Which message: ids are their senders' own. */
export type MessageRef = Pick<MessageItem, 'sender' | 'id'>;

export interface ChatView {
  readonly id: string;
  readonly name: string;
  readonly members: readonly string[];
  readonly isMember: boolean;
  readonly setting: PrivacySetting;
  readonly epoch: string;
  /** To be read out to each other: the same for everybody in the chat, and for nobody else. */
  readonly safetyCode: string;
  readonly items: readonly ShownItem[];
  /** Where the new ones begin. */
  readonly newFrom: number;
  /** How many came that were not seen yet. */
  readonly unread: number;
  readonly waiting: number;
  readonly wanted: readonly string[];
  readonly aiAllowed: boolean;
  /** How many messages a summary and replies would send. */
  readonly counts: { readonly summarize: number; readonly reply: number };
  /** Why AI is not to be had for this chat; nothing when it is. */
  readonly aiRefusal?: Trouble;
  readonly ai?: AiView;
}

export interface ShieldView {
  readonly state: 'checking' | 'verified' | 'simulated' | 'without-tokens' | 'refused' | 'unreachable';
  readonly verdict?: Verdict;
  /** What the log was verified to show of the machine's software. */
  readonly release?: LoggedRelease;
  readonly trouble?: Trouble;
  /** Launch measurement that is accepted, in hexadecimal. */
  readonly measurement: string;
  /** Tokens in the wallet. */
  readonly tokens: number;
  readonly relay: string;
  readonly issuer: string;
}

export interface View {
  readonly me: string;
  readonly connection: Connection;
  readonly people: readonly Presence[];
  readonly chats: readonly ChatView[];
  readonly shield: ShieldView;
  readonly trouble?: Trouble;
}

export type Command =
  | { readonly do: 'start'; readonly person: string; readonly token: string; readonly site: string }
  /** The same person has signed in again. */
  | { readonly do: 'sign-in'; readonly token: string }
  | { readonly do: 'online' }
  | { readonly do: 'create'; readonly name: string; readonly people: readonly string[] }
  | {
      readonly do: 'say';
      readonly chat: string;
      readonly text: string;
      readonly quote?: MessageRef;
      readonly picture?: Blob;
    }
  | { readonly do: 'forward'; readonly chat: string; readonly message: MessageRef; readonly to: string }
  /** Fetches the photo of a message, gives its pixels to be drawn, or its file to be saved to the device. */
  | {
      readonly do: 'fetch-photo' | 'show-photo' | 'save-photo';
      readonly chat: string;
      readonly message: MessageRef;
    }
  /** Shows a chat; what is unread then counts as new until it is opened again. */
  | { readonly do: 'open' | 'read'; readonly chat: string }
  | { readonly do: 'protect'; readonly chat: string; readonly on: boolean }
  | { readonly do: 'add' | 'remove'; readonly chat: string; readonly person: string }
  | { readonly do: 'allow-ai'; readonly chat: string; readonly allowed: boolean }
  | { readonly do: 'ask'; readonly chat: string; readonly task: 'summarize' | 'reply' }
  | { readonly do: 'ask'; readonly chat: string; readonly task: 'proofread'; readonly draft: string }
  | {
      readonly do: 'ask';
      readonly chat: string;
      readonly task: 'rewrite';
      readonly draft: string;
      readonly tone: Tone;
    }
  | { readonly do: 'stop' | 'dismiss'; readonly chat: string }
  | { readonly do: 'export'; readonly chat: string }
  /** Its trouble has been read. */
  | { readonly do: 'clear-trouble' }
  | { readonly do: 'verify' };

/** An answer to a command, or the whole view anew. */
export type FromWorker =
  | { readonly view: View }
  | { readonly re: number; readonly ok: true; readonly value: unknown }
  | { readonly re: number; readonly ok: false; readonly trouble: Trouble };

export interface ToWorker {
  readonly re: number;
  readonly command: Command;
}
