/** What can be asked of the model, and what it answers: all text is UTF-8 bytes. */
import { isUtf8 } from '../tokenizer/index.js';
import { TaskError } from './error.js';

export interface ChatMessage {
  readonly sender: Uint8Array;
  readonly text: Uint8Array;
  /** Seconds since 1970. */
  readonly time?: number;
}

export interface SummarizeRequest {
  readonly task: 'summarize';
  readonly messages: readonly ChatMessage[];
  /** Index of the first unread message; 0 when left out. */
  readonly unreadFrom?: number;
  /** What came before, as the client knows it: an earlier summary, say. */
  readonly context?: Uint8Array;
  readonly length: 'short' | 'medium';
}

export interface ReplyRequest {
  readonly task: 'reply';
  readonly messages: readonly ChatMessage[];
  /** The user's own name in the chat. */
  readonly me?: Uint8Array;
}

export type Tone = 'professional' | 'friendly' | 'concise' | 'funny' | 'supportive';

export interface RewriteRequest {
  readonly task: 'rewrite';
  readonly text: Uint8Array;
  readonly tone: Tone;
}

export interface ProofreadRequest {
  readonly task: 'proofread';
  readonly text: Uint8Array;
}

export type TaskRequest = SummarizeRequest | ReplyRequest | RewriteRequest | ProofreadRequest;

export type TaskEvent =
  | { readonly kind: 'text'; readonly text: Uint8Array }
  | { readonly kind: 'item' }
  | { readonly kind: 'notice'; readonly notice: 'messages-dropped'; readonly count: number };

export interface TaskStats {
  readonly promptTokens: number;
  /** Of the prompt's tokens, those whose keys and values were there already. */
  readonly cachedTokens: number;
  readonly outputTokens: number;
  readonly prefillMs: number;
  readonly decodeMs: number;
  /** Pieces of the answer that are the user's own words, or ours, because the model had nothing to offer. */
  readonly fallbacks: number;
  /** What has been overwritten already, in bytes: the rest is the arena's. */
  readonly wipedBytes: number;
}

/**
 * Refuses what no task can work on.
 * @throws TaskError `task-unknown`, `task-chat-empty`, `task-text-empty`, `task-text-invalid-utf8` or
 * `task-unread-out-of-range`
 */
export function checkRequest(request: TaskRequest): void {
  switch (request.task) {
    case 'summarize':
      checkChat(request.messages);
      checkUtf8(request.context);
      checkUnread(request.unreadFrom ?? 0, request.messages.length);
      return;
    case 'reply':
      checkChat(request.messages);
      checkUtf8(request.me);
      return;
    case 'rewrite':
    case 'proofread':
      checkUtf8(request.text);
      if (isBlank(request.text)) throw new TaskError('task-text-empty', 'There is no text to work on.');
      return;
    default:
      throw new TaskError('task-unknown', 'There is no task of that name.');
  }
}

function checkChat(messages: readonly ChatMessage[]): void {
  for (const { sender, text } of messages) {
    checkUtf8(sender);
    checkUtf8(text);
  }
  if (messages.every(({ text }) => isBlank(text))) {
    throw new TaskError('task-chat-empty', 'The chat has no message with text in it.');
  }
}

function checkUtf8(text: Uint8Array | undefined): void {
  if (text && !isUtf8(text)) throw new TaskError('task-text-invalid-utf8', 'Text has to be valid UTF-8.');
}

function checkUnread(unreadFrom: number, count: number): void {
  if (!Number.isInteger(unreadFrom) || unreadFrom < 0 || unreadFrom >= count) {
    throw new TaskError('task-unread-out-of-range', 'The first unread message is not in the chat.');
  }
}

/** Whether nothing in the text can be seen: blanks and control characters only. */
function isBlank(text: Uint8Array): boolean {
  return text.every((byte) => byte <= 0x20 || byte === 0x7f);
}
