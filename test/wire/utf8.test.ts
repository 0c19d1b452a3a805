import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isUtf8 } from '../../wire/index.js';
import { utf8CutBefore } from '../../wire/utf8.js';
import { bytes, utf8 } from './fixture.js';

/** What the platform thinks of it. */
function decodes(data: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(data);
    return true;
  } catch {
    return false;
  }
}

describe('UTF-8 (RFC 3629 §4)', () => {
  it.each([
    ['c080', 'an overlong zero'],
    ['c1bf', 'an overlong two bytes'],
    ['e08080', 'an overlong three bytes'],
    ['f0808080', 'an overlong four bytes'],
    ['eda080', 'a surrogate'],
    ['f4908080', 'more than U+10FFFF'],
    ['f8888080', 'a five-byte head'],
    ['80', 'a continuation alone'],
    ['c3', 'a sequence without its end'],
    ['e282', 'a sequence without its end'],
    ['e28228', 'an ASCII byte inside a sequence'],
    ['ff', 'a byte that never occurs'],
  ])('%s (%s) is not valid', (text) => {
    expect(isUtf8(bytes(text))).toBe(false);
  });

  it.each(['', 'plain', 'Grüße', '水', '\u{10ffff}', '\ud7ff\ue000', '👨‍👩‍👧'])('%j is valid', (text) => {
    expect(isUtf8(utf8(text))).toBe(true);
  });

  it('is told apart as the platform does', () => {
    const nearly = fc.array(
      fc.constantFrom(
        0x00,
        0x41,
        0x80,
        0x8f,
        0x90,
        0x9f,
        0xa0,
        0xbf,
        0xc2,
        0xdf,
        0xe0,
        0xed,
        0xef,
        0xf0,
        0xf4,
      ),
      { maxLength: 6 },
    );
    fc.assert(
      fc.property(nearly, (list) => {
        expect(isUtf8(Uint8Array.from(list))).toBe(decodes(Uint8Array.from(list)));
      }),
      { numRuns: 3000 },
    );
  });
});

describe('a cut', () => {
  it('never splits a sequence and loses at most three bytes', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', minLength: 1, maxLength: 60 }),
        fc.integer({ min: 4, max: 40 }),
        (s, limit) => {
          const data = utf8(s);
          const cut = utf8CutBefore(data, limit);
          expect(isUtf8(data.subarray(0, cut))).toBe(isUtf8(data));
          expect(cut).toBeGreaterThan(Math.min(data.length, limit) - 4);
        },
      ),
    );
  });

  it('of bytes that are no UTF-8 is made at the limit, so that it always gets somewhere', () => {
    expect(utf8CutBefore(new Uint8Array(20).fill(0x80), 8)).toBe(8);
  });
});
