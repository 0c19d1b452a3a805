import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type AnswerEvent,
  type CborValue,
  decodeCbor,
  decodeEvent,
  EVENT_BYTES,
  encodeCbor,
  encodeEvent,
  isUtf8,
  MAX_EVENT_TEXT,
  splitText,
} from '../../wire/index.js';
import { bytes, coded, codeOf, concatText, flipped, hex, utf8 } from './fixture.js';

const STATS = {
  promptTokens: 700,
  cachedTokens: 600,
  outputTokens: 42,
  prefillMs: 80.125,
  decodeMs: 3,
  wipedBytes: 9e6,
};
const EVENTS: readonly [number, AnswerEvent][] = [
  [0, { kind: 'idle' }],
  [1, { kind: 'text', text: utf8('Grüße 👋') }],
  [2, { kind: 'item' }],
  [3, { kind: 'notice', notice: 'messages-dropped', count: 17 }],
  [3, { kind: 'notice', notice: 'kept-original', count: 1 }],
  [4, { kind: 'done', stats: STATS }],
  [5, { kind: 'error', code: 'request-empty' }],
];
const map = (entries: readonly (readonly [number, CborValue])[]): CborValue => new Map(entries);
const none = utf8('');

describe('an event', () => {
  it.each(EVENTS)('of kind %d reads as it was written, in 256 bytes', (number, event) => {
    const encoded = encodeEvent(event);
    expect(encoded).toHaveLength(EVENT_BYTES);
    expect((decodeCbor(encoded) as ReadonlyMap<number, CborValue>).get(1)).toBe(number);
    expect(decodeEvent(encoded)).toEqual({ event, length: EVENT_BYTES });
  });

  it('is {1: kind, 2: text, 3: padding, ? 4: details}', () => {
    expect(hex(encodeEvent({ kind: 'text', text: utf8('ab') }))).toBe(
      `a30101024261620358f6${'00'.repeat(246)}`,
    );
    const notice = hex(encodeEvent({ kind: 'notice', notice: 'kept-original', count: 3 }));
    expect(notice).toBe(`a4010302400358f4${'00'.repeat(244)}04820103`);
  });

  it('tells times in microseconds and everything else in ones', () => {
    const details = (
      decodeCbor(encodeEvent({ kind: 'done', stats: STATS })) as ReadonlyMap<number, CborValue>
    ).get(4);
    expect(details).toEqual([700, 600, 42, 80125, 3000, 9_000_000]);
  });

  it('has the same size whatever it says, up to 208 bytes of text', () => {
    expect([EVENT_BYTES, MAX_EVENT_TEXT]).toEqual([256, 208]);
    for (let length = 0; length <= MAX_EVENT_TEXT; length++) {
      expect(encodeEvent({ kind: 'text', text: new Uint8Array(length).fill(0x61) })).toHaveLength(256);
    }
    const most = Number.MAX_SAFE_INTEGER;
    const stats = { promptTokens: most, cachedTokens: most, outputTokens: most, wipedBytes: most };
    expect(encodeEvent({ kind: 'done', stats: { ...stats, prefillMs: 1e9, decodeMs: 1e9 } })).toHaveLength(
      256,
    );
    expect(encodeEvent({ kind: 'error', code: 'x'.repeat(64) })).toHaveLength(256);
  });

  it('with more text is event-too-large', () => {
    const text = new Uint8Array(MAX_EVENT_TEXT + 1).fill(0x61);
    expect(() => encodeEvent({ kind: 'text', text })).toThrow(coded('event-too-large'));
  });

  it('that does not fit its size is event-too-large', () => {
    const text = new Uint8Array(180).fill(0x61);
    expect(() => encodeEvent({ kind: 'text', text }, 200)).toThrow(coded('event-too-large'));
    expect(() => encodeEvent({ kind: 'idle' }, 400)).toThrow(coded('event-too-large'));
  });

  it.each<[string, CborValue]>([
    ['no map', [1, 2, 3]],
    [
      'no kind',
      map([
        [2, none],
        [3, none],
      ]),
    ],
    [
      'an unknown kind',
      map([
        [1, 6],
        [2, none],
        [3, none],
      ]),
    ],
    [
      'a kind that is no integer',
      map([
        [1, none],
        [2, none],
        [3, none],
      ]),
    ],
    [
      'no text',
      map([
        [1, 0],
        [3, none],
      ]),
    ],
    [
      'no padding',
      map([
        [1, 0],
        [2, none],
      ]),
    ],
    [
      'details that are no list',
      map([
        [1, 3],
        [2, none],
        [3, none],
        [4, 0],
      ]),
    ],
    [
      'details that are no integers',
      map([
        [1, 3],
        [2, none],
        [3, none],
        [4, [none, 0]],
      ]),
    ],
    [
      'a notice without details',
      map([
        [1, 3],
        [2, none],
        [3, none],
      ]),
    ],
    [
      'an unknown notice',
      map([
        [1, 3],
        [2, none],
        [3, none],
        [4, [2, 1]],
      ]),
    ],
    [
      'a notice with more',
      map([
        [1, 3],
        [2, none],
        [3, none],
        [4, [0, 1, 2]],
      ]),
    ],
    [
      'figures missing',
      map([
        [1, 4],
        [2, none],
        [3, none],
        [4, [1, 2, 3, 4, 5]],
      ]),
    ],
    [
      'an error without a code',
      map([
        [1, 5],
        [2, none],
        [3, none],
      ]),
    ],
    [
      'an error code of capitals',
      map([
        [1, 5],
        [2, utf8('Bad')],
        [3, none],
      ]),
    ],
    [
      'an error code of 65 letters',
      map([
        [1, 5],
        [2, utf8('x'.repeat(65))],
        [3, none],
      ]),
    ],
    [
      'an error code of a megabyte',
      map([
        [1, 5],
        [2, new Uint8Array(1 << 20).fill(0x61)],
        [3, none],
      ]),
    ],
  ])('with %s is event-malformed', (_, item) => {
    expect(() => decodeEvent(encodeCbor(item))).toThrow(coded('event-malformed'));
  });

  it('cut off anywhere is event-malformed, and with a bit flipped gets no other error', () => {
    for (const [, event] of EVENTS) {
      const encoded = encodeEvent(event);
      for (let at = 0; at < encoded.length; at++) {
        expect(codeOf(() => decodeEvent(encoded.subarray(0, at)))).toBe('event-malformed');
        expect(codeOf(() => decodeEvent(flipped(encoded, at))) ?? 'event-malformed').toBe('event-malformed');
      }
    }
  });

  it('of random bytes is event-malformed', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (data) => {
        expect(codeOf(() => decodeEvent(data))).toBe('event-malformed');
      }),
    );
  });
});

describe('a long text', () => {
  it('is split into pieces that fit, none of which splits a character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 400 }), (text) => {
        const pieces = [...splitText(utf8(text))];
        expect(concatText(pieces)).toBe(text);
        for (const piece of pieces) {
          expect(piece.length).toBeLessThanOrEqual(MAX_EVENT_TEXT);
          expect(isUtf8(piece)).toBe(true);
        }
      }),
    );
  });

  it('ends even if it is no UTF-8', () => {
    expect([...splitText(new Uint8Array(1000).fill(0x80))]).toHaveLength(5);
    expect([...splitText(bytes(''))]).toEqual([]);
  });
});
