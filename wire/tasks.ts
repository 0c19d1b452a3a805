import { ascii, equalBytes } from './bytes.js';
import { type CborMap, type CborValue, decodeCbor, encodeCbor } from './cbor.js';
import { WireError } from './error.js';
import { isUtf8 } from './utf8.js';

/** Bounds of a request body. */
export const MAX_BODY_BYTES = 256 * 1024;
export const MAX_MESSAGES = 10_000;

/** One message of a chat; the texts are UTF-8. */
export interface ChatMessage {
  readonly sender: Uint8Array;
  readonly text: Uint8Array;
  /** Seconds since 1970. */
  readonly time?: number;
}

export const TASKS = ['summarize', 'reply', 'rewrite', 'proofread'] as const;
export type Task = (typeof TASKS)[number];

/** In the order of their numbers on the wire. */
export const LENGTHS = ['short', 'medium'] as const;
export type SummaryLength = (typeof LENGTHS)[number];
export const TONES = ['professional', 'friendly', 'concise', 'funny', 'supportive'] as const;
export type Tone = (typeof TONES)[number];

export interface SummarizeRequest {
  readonly task: 'summarize';
  readonly messages: readonly ChatMessage[];
  /** Index of the first unread message; the ones before it are context. 0 when left out. */
  readonly unreadFrom?: number;
  /** What was said before, if the client wants it known (an earlier summary, say). */
  readonly context?: Uint8Array;
  readonly length: SummaryLength;
}

export interface ReplyRequest {
  readonly task: 'reply';
  readonly messages: readonly ChatMessage[];
  /** The user's own name in the chat. */
  readonly me?: Uint8Array;
}

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

const PATHS = TASKS.map((task) => ({ task, path: ascii(`/v1/${task}`) }));

/** The path of a task inside the sealed request. */
export function taskPath(task: Task): Uint8Array {
  return PATHS.find((entry) => entry.task === task)!.path;
}

function encodeMessages(messages: readonly ChatMessage[]): CborValue {
  return messages.map((message) => {
    const map = new Map<number, CborValue>([
      [1, message.sender],
      [2, message.text],
    ]);
    if (message.time !== undefined) map.set(3, message.time);
    return map;
  });
}

/** The CBOR body of a request; see docs/protocol.md for its CDDL. */
export function encodeTaskBody(request: TaskRequest): Uint8Array<ArrayBuffer> {
  const map = new Map<number, CborValue>();
  switch (request.task) {
    case 'summarize':
      map.set(1, encodeMessages(request.messages)).set(2, LENGTHS.indexOf(request.length));
      if (request.unreadFrom !== undefined) map.set(3, request.unreadFrom);
      if (request.context !== undefined) map.set(4, request.context);
      break;
    case 'reply':
      map.set(1, encodeMessages(request.messages));
      if (request.me !== undefined) map.set(2, request.me);
      break;
    case 'rewrite':
      map.set(1, request.text).set(2, TONES.indexOf(request.tone));
      break;
    case 'proofread':
      map.set(1, request.text);
      break;
  }
  return encodeCbor(map);
}

function malformed(what: string): WireError {
  return new WireError('request-malformed', what);
}

/** A map that has all of `required` and nothing beyond `optional`. */
function mapOf(
  value: CborValue | undefined,
  required: readonly number[],
  optional: readonly number[],
): CborMap {
  if (!(value instanceof Map)) throw malformed('a map is missing');
  const map: CborMap = value;
  const known = [...required, ...optional];
  if (!required.every((k) => map.has(k)) || ![...map.keys()].every((k) => known.includes(k))) {
    throw malformed('a map has missing or unknown keys');
  }
  return map;
}

function textOf(value: CborValue | undefined): Uint8Array {
  if (!(value instanceof Uint8Array)) throw malformed('text has to be a byte string');
  if (!isUtf8(value)) throw new WireError('request-invalid-utf8', 'text is not valid UTF-8');
  return value;
}

function uintOf(value: CborValue | undefined): number {
  if (typeof value !== 'number') throw malformed('an unsigned integer is missing');
  return value;
}

function choiceOf<T>(value: CborValue | undefined, choices: readonly T[]): T {
  const choice = choices[uintOf(value)];
  if (choice === undefined) throw malformed('a choice is out of range');
  return choice;
}

/** Whether there is anything but white space. */
function isBlank(text: Uint8Array): boolean {
  return text.every((byte) => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d));
}

function writtenText(value: CborValue | undefined): Uint8Array {
  const text = textOf(value);
  if (isBlank(text)) throw new WireError('request-empty', 'there is no text in the request');
  return text;
}

function chatOf(value: CborValue | undefined): readonly ChatMessage[] {
  if (!Array.isArray(value)) throw malformed('the chat has to be an array of messages');
  if (value.length > MAX_MESSAGES) {
    throw new WireError(
      'request-too-many-messages',
      `a chat has at most ${MAX_MESSAGES} messages in one request`,
    );
  }
  const messages = (value as readonly CborValue[]).map((item): ChatMessage => {
    const map = mapOf(item, [1, 2], [3]);
    const message = { sender: textOf(map.get(1)), text: textOf(map.get(2)) };
    return map.has(3) ? { ...message, time: uintOf(map.get(3)) } : message;
  });
  if (messages.every((message) => isBlank(message.text))) {
    throw new WireError('request-empty', 'there is no message with text in the request');
  }
  return messages;
}

function decodeTask(task: Task, value: CborValue): TaskRequest {
  switch (task) {
    case 'summarize': {
      const map = mapOf(value, [1, 2], [3, 4]);
      const messages = chatOf(map.get(1));
      const unreadFrom = map.has(3) ? uintOf(map.get(3)) : 0;
      if (unreadFrom >= messages.length) throw new WireError('request-empty', 'there is no unread message');
      const request = { task, messages, unreadFrom, length: choiceOf(map.get(2), LENGTHS) };
      return map.has(4) ? { ...request, context: textOf(map.get(4)) } : request;
    }
    case 'reply': {
      const map = mapOf(value, [1], [2]);
      const request = { task, messages: chatOf(map.get(1)) };
      return map.has(2) ? { ...request, me: textOf(map.get(2)) } : request;
    }
    case 'rewrite': {
      const map = mapOf(value, [1, 2], []);
      return { task, text: writtenText(map.get(1)), tone: choiceOf(map.get(2), TONES) };
    }
    case 'proofread':
      return { task, text: writtenText(mapOf(value, [1], []).get(1)) };
  }
}

/**
 * Parses what stands at `path` inside the sealed request. All text is a view into `body`.
 * @throws WireError `request-unknown-task`, `request-too-large`, `request-malformed`, `request-invalid-utf8`,
 *   `request-empty`, `request-too-many-messages`
 */
export function decodeTaskBody(path: Uint8Array, body: Uint8Array): TaskRequest {
  const entry = PATHS.find((known) => equalBytes(known.path, path));
  if (!entry)
    throw new WireError('request-unknown-task', 'the sealed request is for a path that does not exist');
  if (body.length > MAX_BODY_BYTES) {
    throw new WireError('request-too-large', `a request body has at most ${MAX_BODY_BYTES} bytes`);
  }
  let value: CborValue;
  try {
    value = decodeCbor(body);
  } catch (error) {
    if (error instanceof WireError) throw malformed(error.message);
    throw error;
  }
  return decodeTask(entry.task, value);
}
