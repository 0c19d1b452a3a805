/** What an app has: strings and dates. What is sealed: bytes. */
import {
  type ChatMessage,
  decodeTaskBody,
  encodeTaskBody,
  MAX_BODY_BYTES,
  MAX_MESSAGES,
  type ReplyRequest,
  type SummarizeRequest,
  type SummaryLength,
  type TaskRequest,
  type Tone,
  taskPath,
  WireError,
} from '../wire/index.js';
import { ClientError } from './error.js';
import { type Draft, type Message, requirePermitted } from './privacy/index.js';

export interface Chat {
  /** Oldest first. */
  readonly messages: readonly Message[];
  /** Index of the first unread message; 0 when left out. */
  readonly unreadFrom?: number;
}

export interface SummarizeOptions {
  /** `short` (the default) is up to three sentences, `medium` up to six. */
  readonly length?: SummaryLength;
  /** What was said before: an earlier summary, say. */
  readonly context?: Draft;
}

export interface ReplyOptions {
  /** The user's own name in the chat. */
  readonly me?: string;
}

export interface RewriteOptions {
  readonly tone: Tone;
}

/** A request, and how many of the oldest messages did not fit it. */
export interface Prepared<Request extends TaskRequest = TaskRequest> {
  readonly request: Request;
  readonly dropped: number;
}

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** @throws ClientError `chat-protected`, `privacy-unproven`: each message, those too that nothing is read of */
export function summarizeRequest(chat: Chat, options: SummarizeOptions): Prepared<SummarizeRequest> {
  const { length = 'short', context } = options;
  requirePermitted('ai', context === undefined ? chat.messages : [...chat.messages, context]);
  const extra = context === undefined ? undefined : utf8(context.text);
  const { messages, dropped } = newestThatFit(chat.messages, extra?.length ?? 0);
  const unreadFrom = Math.max(0, (chat.unreadFrom ?? 0) - dropped);
  const request = { task: 'summarize', messages, unreadFrom, length } as const;
  return { request: extra ? { ...request, context: extra } : request, dropped };
}

export function replyRequest(chat: Chat, options: ReplyOptions): Prepared<ReplyRequest> {
  requirePermitted('ai', chat.messages);
  const me = options.me === undefined ? undefined : utf8(options.me);
  const { messages, dropped } = newestThatFit(chat.messages, me?.length ?? 0);
  return { request: me ? { task: 'reply', messages, me } : { task: 'reply', messages }, dropped };
}

export function rewriteRequest(draft: Draft, { tone }: RewriteOptions): Prepared {
  requirePermitted('ai', [draft]);
  return { request: { task: 'rewrite', text: utf8(draft.text), tone }, dropped: 0 };
}

export function proofreadRequest(draft: Draft): Prepared {
  requirePermitted('ai', [draft]);
  return { request: { task: 'proofread', text: utf8(draft.text) }, dropped: 0 };
}

/**
 * Refuses on the user's own device what the server would have to refuse.
 * @throws ClientError `request-invalid` with `request-empty`, `request-too-large` or another of wire's codes
 */
export function requireValid(request: TaskRequest): void {
  try {
    decodeTaskBody(taskPath(request.task), encodeTaskBody(request));
  } catch (cause) {
    if (!(cause instanceof WireError)) throw cause;
    throw new ClientError('request-invalid', `Nothing was sent: ${cause.message}.`, {
      detail: cause.code,
      cause,
    });
  }
}

/** More than CBOR needs around a message's texts and time. */
const MESSAGE_OVERHEAD = 24;
const BODY_OVERHEAD = 64;

/** The newest messages of a chat that a request has room for; the newest one always, so that its size is what is told. */
function newestThatFit(
  chat: readonly Message[],
  taken: number,
): { readonly messages: readonly ChatMessage[]; readonly dropped: number } {
  const messages: ChatMessage[] = [];
  let room = MAX_BODY_BYTES - BODY_OVERHEAD - taken;
  for (let i = chat.length - 1; i >= 0 && messages.length < MAX_MESSAGES; i--) {
    const message = encoded(chat[i]!);
    room -= message.sender.length + message.text.length + MESSAGE_OVERHEAD;
    if (room < 0 && messages.length > 0) break;
    messages.push(message);
  }
  return { messages: messages.reverse(), dropped: chat.length - messages.length };
}

function encoded({ sender, text, time }: Message): ChatMessage {
  const message = { sender: utf8(sender), text: utf8(text) };
  const seconds = time === undefined ? Number.NaN : Math.floor(time.getTime() / 1000);
  return seconds >= 0 ? { ...message, time: seconds } : message;
}
