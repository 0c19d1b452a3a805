import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodePrivacySetting, encodePrivacySetting, WireError } from '../../wire/index.js';

describe('a privacy setting', () => {
  it('is three fields of deterministic CBOR', () => {
    const bytes = encodePrivacySetting({ on: true, by: 'anna', since: 1_767_225_600 });
    expect(bytesToHex(bytes)).toBe('a301010244616e6e61031a6955b900');
  });

  it('comes back as it was', () => {
    const setting = fc.record({
      on: fc.boolean(),
      by: fc
        .string({ minLength: 1, maxLength: 60, unit: 'grapheme' })
        .filter((s) => !/\p{Surrogate}/u.test(s)),
      since: fc.nat(),
    });
    fc.assert(
      fc.property(setting, (given) => {
        fc.pre(new TextEncoder().encode(given.by).length <= 256);
        expect(decodePrivacySetting(encodePrivacySetting(given))).toEqual(given);
      }),
    );
  });

  it.each([
    ['nothing', ''],
    ['no map', '01'],
    ['a field too few', 'a201010241 61'.replace(' ', '')],
    ['a field too many', 'a4010102416103000400'],
    ['neither on nor off', 'a30102024161' + '0300'],
    ['no author', 'a301010240' + '0300'],
    ['an author that is not UTF-8', 'a3010102' + '41ff0300'],
    ['an author of 257 bytes', `a3010102590101${'61'.repeat(257)}0300`],
    ['a time that is no number', 'a301010241610340'],
    ['something behind it', 'a30101024161030000'],
  ])('with %s is malformed', (_, hex) => {
    expect(() => decodePrivacySetting(hexToBytes(hex))).toThrow(
      expect.objectContaining({ code: 'privacy-malformed' }),
    );
  });

  it('is refused or read, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        try {
          decodePrivacySetting(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(WireError);
        }
      }),
    );
  });
});
