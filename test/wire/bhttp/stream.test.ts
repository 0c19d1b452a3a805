import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  CONTENT_END,
  concat,
  contentChunk,
  encodeBhttpResponseHead,
  ResponseReader,
} from '../../../wire/index.js';
import { bytes, coded, textOf, utf8 } from '../fixture.js';

const HEAD = encodeBhttpResponseHead(
  {
    informational: [{ status: 103, headers: [{ name: utf8('link'), value: utf8('</a>') }] }],
    status: 200,
    headers: [{ name: utf8('content-type'), value: utf8('text/plain') }],
  },
  'indeterminate-length',
);
const PIECES = ['one', 'two', 'x'.repeat(100)];
const WHOLE = concat(HEAD, ...PIECES.map((piece) => contentChunk(utf8(piece))), CONTENT_END);

describe('a response that arrives bit by bit (RFC 9292 §3.5.2)', () => {
  it('gives its pieces however it is cut', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(WHOLE.length), { maxLength: 12 }), (cuts) => {
        const reader = new ResponseReader();
        const pieces: string[] = [];
        const places = [0, ...cuts.toSorted((a, b) => a - b), WHOLE.length];
        for (const [i, from] of places.slice(0, -1).entries()) {
          pieces.push(...reader.push(WHOLE.subarray(from, places[i + 1])).map(textOf));
        }
        reader.end();
        expect(pieces).toEqual(PIECES);
        expect(reader.head).toMatchObject({ status: 200 });
      }),
    );
  });

  it('gives each piece as soon as its last byte is there', () => {
    const reader = new ResponseReader();
    const upTo = HEAD.length + 4;
    expect(reader.push(WHOLE.subarray(0, upTo - 1))).toEqual([]);
    expect(reader.contentEnded).toBe(false);
    expect(reader.push(WHOLE.subarray(upTo - 1, upTo)).map(textOf)).toEqual(['one']);
  });

  it('has not ended before its content has', () => {
    for (let length = 0; length < WHOLE.length - 1; length++) {
      const reader = new ResponseReader();
      reader.push(WHOLE.subarray(0, length));
      expect(() => reader.end(), `${length} bytes`).toThrow(coded('bhttp-truncated'));
    }
  });

  it.each([
    ['0140c80000', 'of known length'],
    ['0340', undefined],
    ['00', 'a request'],
    ['034063', 'of status 99'],
  ])('%s (%s) is refused at once, if it is complete enough to be', (text, why) => {
    const push = () => new ResponseReader().push(bytes(text));
    if (why) expect(push).toThrow(coded('bhttp-malformed'));
    else expect(push()).toEqual([]);
  });
});
