import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { Detokenizer, isUtf8, type Tokenizer } from '../../../model/tokenizer/index.js';
import { fromUtf8, loadDefault, utf8 } from './fixture.js';

let tokenizer: Tokenizer;
beforeAll(async () => {
  tokenizer = await loadDefault();
});

/** Copies of everything that the detokenizer says for these ids, flush included. */
function emissions(ids: Iterable<number>): Uint8Array[] {
  const detokenizer = new Detokenizer(tokenizer);
  const said = [...ids].map((id) => detokenizer.push(id).slice());
  return [...said, detokenizer.flush().slice()];
}

const joined = (parts: readonly Uint8Array[]): Uint8Array =>
  Uint8Array.from(parts.flatMap((part) => [...part]));

describe('an incremental detokenizer', () => {
  it('says every text again, in whole characters, however it is cut into tokens', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 60 });
    fc.assert(
      fc.property(text, fc.array(fc.nat(100), { maxLength: 8 }), (s, cuts) => {
        const bytes = utf8(s);
        const bounds = [
          0,
          ...cuts.map((cut) => Math.min(cut, bytes.length)).sort((a, b) => a - b),
          bytes.length,
        ];
        const ids = bounds
          .slice(1)
          .flatMap((end, i) => [...tokenizer.encode(bytes.subarray(bounds[i], end))]);
        const parts = emissions(ids);
        expect(parts.every(isUtf8)).toBe(true);
        expect(fromUtf8(joined(parts))).toBe(s);
      }),
    );
  });

  it('does with arbitrary tokens what TextDecoder does with their bytes', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 49_151 }), { maxLength: 40 }), (ids) => {
        const parts = emissions(ids);
        const bytes = joined(ids.map((id) => tokenizer.decodeToken(id)));
        expect(parts.every(isUtf8)).toBe(true);
        expect(fromUtf8(joined(parts))).toBe(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes));
      }),
    );
  });

  it('does so with arbitrary bytes too', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        const ids = [...bytes].flatMap((byte) => [...tokenizer.encode(Uint8Array.of(byte))]);
        const known = joined(ids.map((id) => tokenizer.decodeToken(id)));
        const parts = emissions(ids);
        expect(parts.every(isUtf8)).toBe(true);
        expect(fromUtf8(joined(parts))).toBe(new TextDecoder('utf-8', { ignoreBOM: true }).decode(known));
      }),
      { numRuns: 1_000 },
    );
  });

  it('holds a character back until its last byte, and replaces it when that never comes', () => {
    const [a, b, c, d] = [...utf8('👍')].map((byte) => tokenizer.encode(Uint8Array.of(byte))[0]!);
    const detokenizer = new Detokenizer(tokenizer);
    for (const id of [a!, b!, c!]) expect(detokenizer.push(id)).toHaveLength(0);
    expect(fromUtf8(detokenizer.push(d!))).toBe('👍');
    expect(detokenizer.flush()).toHaveLength(0);
    detokenizer.push(a!);
    expect(fromUtf8(detokenizer.flush())).toBe('\ufffd');
  });

  it('forgets what it holds when wiped', () => {
    const detokenizer = new Detokenizer(tokenizer);
    const said = detokenizer.push(tokenizer.encode(utf8('secret'))[0]!);
    detokenizer.push(tokenizer.encode(Uint8Array.of(0xe2))[0]!);
    detokenizer.wipe();
    expect(said.every((byte) => byte === 0)).toBe(true);
    expect(detokenizer.flush()).toHaveLength(0);
  });
});

describe('well-formed UTF-8', () => {
  it('is what a fatal TextDecoder accepts', () => {
    const accepted = (bytes: Uint8Array): boolean => {
      try {
        fromUtf8(bytes);
        return true;
      } catch (error) {
        if (error instanceof TypeError) return false;
        throw error;
      }
    };
    // Bytes that matter: the borders of first, second and later bytes.
    const byte = fc.constantFrom(
      0,
      0x41,
      0x7f,
      0x80,
      0x8f,
      0x90,
      0x9f,
      0xa0,
      0xbf,
      0xc0,
      0xc2,
      0xdf,
      0xe0,
      0xed,
      0xef,
      0xf0,
      0xf4,
      0xf5,
    );
    fc.assert(
      fc.property(fc.array(byte, { maxLength: 6 }), (values) => {
        const bytes = Uint8Array.from(values);
        expect(isUtf8(bytes)).toBe(accepted(bytes));
      }),
      { numRuns: 5_000 },
    );
  });
});
