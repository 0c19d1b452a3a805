/** What members say to each other inside an MLS application message: JSON, read strictly. */
import { GroupError } from './error.js';
import { type Media, readMedia } from './media.js';
import { PERSON } from './suite.js';

/** Text from another message, quoted in this one. */
export interface Quote {
  readonly sender: string;
  readonly text: string;
}

export interface Content {
  /** Made by the sender's app, so that a message that is sent twice is one. */
  readonly id: string;
  readonly text: string;
  /** When it was sent, by the sender's clock, in milliseconds since 1970. */
  readonly time: number;
  readonly quote?: Quote;
  readonly media?: Media;
  /** Some of it comes from a chat that was protected when it left. */
  readonly fromProtected?: true;
}

/** Of one message's text, in UTF-16 units. */
export const MAX_TEXT = 8_192;
/** Of all of it, in bytes: JSON may take six of them for a unit. */
export const MAX_CONTENT_BYTES = 128 * 1024;
/** The last that a `Date` can be, in milliseconds since 1970. */
const LAST_TIME = 8_640_000_000_000_000;
const ID = /^[0-9a-f]{32}$/;
const FIELDS = new Set(['id', 'text', 'time', 'quote', 'media', 'fromProtected']);

export const newId = (): string =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');

/** @throws GroupError `message-too-large` */
export function encodeContent(content: Content): Uint8Array {
  if (content.text.length > MAX_TEXT) throw tooLarge();
  return new TextEncoder().encode(JSON.stringify(content));
}

/** @throws GroupError `message-malformed`, `message-too-large` */
export function decodeContent(bytes: Uint8Array): Content {
  if (bytes.length > MAX_CONTENT_BYTES) throw tooLarge();
  const value = parsed(bytes);
  const { id, text, time, quote, media, fromProtected } = value;
  if (typeof text === 'string' && text.length > MAX_TEXT) throw tooLarge();
  const whole =
    Object.keys(value).every((field) => FIELDS.has(field)) &&
    typeof id === 'string' &&
    ID.test(id) &&
    typeof text === 'string' &&
    typeof time === 'number' &&
    Number.isSafeInteger(time) &&
    time >= 0 &&
    time <= LAST_TIME &&
    (fromProtected === undefined || fromProtected === true);
  if (!whole) throw malformed();
  return {
    id,
    text,
    time,
    ...(quote === undefined ? {} : { quote: quoteOf(quote) }),
    ...(media === undefined ? {} : { media: mediaOf(media) }),
    ...(fromProtected ? { fromProtected } : {}),
  };
}

function quoteOf(value: unknown): Quote {
  const { sender, text, ...rest } = Object(value) as Record<string, unknown>;
  const whole =
    typeof sender === 'string' &&
    PERSON.test(sender) &&
    typeof text === 'string' &&
    text.length <= MAX_TEXT &&
    Object.keys(rest).length === 0;
  if (!whole) throw malformed();
  return { sender, text };
}

function mediaOf(value: unknown): Media {
  const media = readMedia(value);
  if (media) return media;
  throw malformed();
}

function parsed(bytes: Uint8Array): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    if (value !== null && typeof value === 'object' && !Array.isArray(value))
      return value as Record<string, unknown>;
  } catch (cause) {
    throw malformed(cause);
  }
  throw malformed();
}

const malformed = (cause?: unknown) =>
  new GroupError('message-malformed', 'A message has not the form of one.', { cause });
const tooLarge = () => new GroupError('message-too-large', 'A message is larger than this app takes.');
