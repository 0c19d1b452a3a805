/** Which messages of a chat the model gets to see: the newest ones that fit. */
import type { Tokenizer } from '../tokenizer/index.js';
import type { ChatMessage } from './request.js';
import type { Secrets } from './secrets.js';
import { oneLine } from './words.js';

/** A message as the tasks see it: sender and text each on one line. */
export interface Line {
  readonly sender: Uint8Array;
  readonly text: Uint8Array;
  /** `sender: text` and a line end, tokenized. */
  readonly tokens: Int32Array;
}

export interface Window {
  /** In the order of the chat, without messages that have no text. */
  readonly lines: readonly Line[];
  readonly tokens: number;
  /** Older messages that did not fit. */
  readonly dropped: number;
}

/** Of one message, more bytes than this are left out: what is longer is no chat. */
const MAX_MESSAGE_BYTES = 4096;
const MAX_SENDER_BYTES = 64;

/** Reads the messages from `first` on, newest first, until the next one would make it more than `maxTokens`. */
export function newestThatFit(
  messages: readonly ChatMessage[],
  options: {
    readonly first: number;
    readonly maxTokens: number;
    readonly tokenizer: Tokenizer;
    readonly secrets: Secrets;
  },
): Window {
  const lines: Line[] = [];
  let tokens = 0;
  let dropped = 0;
  for (let i = messages.length - 1; i >= options.first; i--) {
    const line = lineOf(messages[i]!, options.tokenizer, options.secrets);
    if (!line) continue;
    if (tokens + line.tokens.length > options.maxTokens && lines.length > 0) {
      dropped = i + 1 - options.first;
      break;
    }
    // A message that doesn't even fit alone loses its end.
    const fitting = { ...line, tokens: line.tokens.subarray(0, options.maxTokens) };
    lines.push(fitting);
    tokens += fitting.tokens.length;
  }
  return { lines: lines.reverse(), tokens, dropped };
}

function lineOf(message: ChatMessage, tokenizer: Tokenizer, secrets: Secrets): Line | undefined {
  const text = oneLine(cut(message.text, MAX_MESSAGE_BYTES), secrets);
  if (text.length === 0) return undefined;
  const sender = oneLine(cut(message.sender, MAX_SENDER_BYTES), secrets);
  const bytes = secrets.bytes(sender.length + text.length + 3);
  bytes.set(sender);
  bytes[sender.length] = 0x3a;
  bytes[sender.length + 1] = 0x20;
  bytes.set(text, sender.length + 2);
  bytes[bytes.length - 1] = 0x0a;
  return { sender, text, tokens: tokenizer.encode(bytes, secrets.int32(bytes.length)) };
}

/** At most `length` bytes of the text, without half a character at the end. */
export function cut(text: Uint8Array, length: number): Uint8Array {
  if (text.length <= length) return text;
  let end = length;
  while (end > 0 && (text[end]! & 0xc0) === 0x80) end--;
  return text.subarray(0, end);
}

/** `context` and the lines as they stand in the prompt, in one piece. */
export function textOf(lines: readonly Line[], context: Uint8Array, secrets: Secrets): Uint8Array {
  const size = (line: Line): number => line.sender.length + line.text.length + 3;
  const out = secrets.bytes(lines.reduce((sum, line) => sum + size(line), context.length + 1));
  out.set(context);
  let at = context.length;
  if (at > 0) out[at++] = 0x0a;
  for (const { sender, text } of lines) {
    out.set(sender, at);
    out[at + sender.length] = 0x3a;
    out[at + sender.length + 1] = 0x20;
    out.set(text, at + sender.length + 2);
    at += sender.length + text.length + 3;
    out[at - 1] = 0x0a;
  }
  return out.subarray(0, Math.max(at - 1, 0));
}
