import { ascii } from './bytes.js';
import { type CborValue, cborHeadSize, decodeCborPrefix, encodeCbor } from './cbor.js';
import { WireError } from './error.js';
import { utf8CutBefore } from './utf8.js';

/** Every event takes exactly this many bytes, so that its size says nothing. */
export const EVENT_BYTES = 256;

/** The most text that one event carries. */
export const MAX_EVENT_TEXT = 208;

/** What a finished answer reports of itself: counts, milliseconds and bytes. */
export interface AnswerStats {
  readonly promptTokens: number;
  /** Of the prompt, how many came from the shared instruction cache. */
  readonly cachedTokens: number;
  readonly outputTokens: number;
  readonly prefillMs: number;
  readonly decodeMs: number;
  /** Bytes of request, tokens, cache and logits that were overwritten before this event was sealed. */
  readonly wipedBytes: number;
}

export type AnswerEvent =
  | { readonly kind: 'idle' }
  /** Whole UTF-8 sequences only. */
  | { readonly kind: 'text'; readonly text: Uint8Array }
  /** The end of one reply suggestion. */
  | { readonly kind: 'item' }
  | { readonly kind: 'notice'; readonly notice: Notice; readonly count: number }
  | { readonly kind: 'done'; readonly stats: AnswerStats }
  /** A stable ASCII code, never content. */
  | { readonly kind: 'error'; readonly code: string };

export type Notice = 'messages-dropped' | 'kept-original';
/** In the order of their numbers on the wire. */
const NOTICES: readonly Notice[] = ['messages-dropped', 'kept-original'];

const KINDS = ['idle', 'text', 'item', 'notice', 'done', 'error'] as const;
const EMPTY = new Uint8Array(0);
const MAX_ERROR_CODE = 64;
const ERROR_CODE = /^[a-z0-9-]+$/;

function textOf(event: AnswerEvent): Uint8Array {
  if (event.kind === 'text') return event.text;
  return event.kind === 'error' ? ascii(event.code) : EMPTY;
}

function detailsOf(event: AnswerEvent): readonly number[] {
  if (event.kind === 'notice') return [NOTICES.indexOf(event.notice), event.count];
  if (event.kind !== 'done') return [];
  const { promptTokens, cachedTokens, outputTokens, prefillMs, decodeMs, wipedBytes } = event.stats;
  return [
    promptTokens,
    cachedTokens,
    outputTokens,
    Math.round(prefillMs * 1000),
    Math.round(decodeMs * 1000),
    wipedBytes,
  ];
}

/**
 * One event in exactly `size` bytes: `{1: kind, 2: text, 3: padding, ? 4: details}`.
 * @throws WireError `event-too-large` for text beyond {@link MAX_EVENT_TEXT}: cut it with {@link splitText} first
 */
export function encodeEvent(event: AnswerEvent, size: number = EVENT_BYTES): Uint8Array<ArrayBuffer> {
  const text = textOf(event);
  if (text.length > MAX_EVENT_TEXT)
    throw new WireError('event-too-large', 'the text is longer than an event carries');
  const details = detailsOf(event);
  const map = new Map<number, CborValue>([
    [1, KINDS.indexOf(event.kind)],
    [2, text],
    [3, EMPTY],
  ]);
  if (details.length > 0) map.set(4, [...details]);
  const bare = encodeCbor(map);
  const room = size - bare.length + 1;
  bare.fill(0);
  // The padding's own head has two bytes from 24 on; below that some sizes could not be reached exactly.
  const padding = room - cborHeadSize(255);
  if (padding < 24 || padding > 255)
    throw new WireError('event-too-large', 'the event does not fit its fixed size');
  return encodeCbor(map.set(3, new Uint8Array(padding)));
}

/** `text` in pieces that fit an event, none of which splits a UTF-8 sequence. */
export function* splitText(text: Uint8Array): Generator<Uint8Array> {
  let rest = text;
  while (rest.length > 0) {
    const cut = utf8CutBefore(rest, MAX_EVENT_TEXT);
    yield rest.subarray(0, cut);
    rest = rest.subarray(cut);
  }
}

function malformed(): WireError {
  return new WireError('event-malformed', 'an event of the answer does not have the form of one');
}

function eventOf(value: CborValue): AnswerEvent {
  if (!(value instanceof Map)) throw malformed();
  const map: ReadonlyMap<number, CborValue> = value;
  const kind = typeof map.get(1) === 'number' ? KINDS[map.get(1) as number] : undefined;
  const text = map.get(2);
  const details = map.get(4) ?? [];
  if (!(text instanceof Uint8Array) || !(map.get(3) instanceof Uint8Array) || !Array.isArray(details))
    throw malformed();
  const numbers = (details as readonly CborValue[]).map((n) => {
    if (typeof n !== 'number') throw malformed();
    return n;
  });
  switch (kind) {
    case 'idle':
    case 'item':
      return { kind };
    case 'text':
      return { kind, text };
    case 'notice': {
      const notice = NOTICES[numbers[0] ?? -1];
      if (notice === undefined || numbers.length !== 2) throw malformed();
      return { kind, notice, count: numbers[1]! };
    }
    case 'done': {
      if (numbers.length !== 6) throw malformed();
      const [promptTokens, cachedTokens, outputTokens, prefillUs, decodeUs, wipedBytes] = numbers as [
        number,
        number,
        number,
        number,
        number,
        number,
      ];
      const stats = { promptTokens, cachedTokens, outputTokens, wipedBytes };
      return { kind, stats: { ...stats, prefillMs: prefillUs / 1000, decodeMs: decodeUs / 1000 } };
    }
    case 'error': {
      if (text.length > MAX_ERROR_CODE) throw malformed();
      const code = String.fromCharCode(...text);
      if (!ERROR_CODE.test(code)) throw malformed();
      return { kind, code };
    }
    default:
      throw malformed();
  }
}

/** Parses one event and says how many bytes it took. @throws WireError `event-malformed` */
export function decodeEvent(bytes: Uint8Array): { readonly event: AnswerEvent; readonly length: number } {
  let item: ReturnType<typeof decodeCborPrefix>;
  try {
    item = decodeCborPrefix(bytes);
  } catch (error) {
    if (error instanceof WireError) throw malformed();
    throw error;
  }
  return { event: eventOf(item.value), length: item.length };
}
