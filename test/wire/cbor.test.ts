import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cborHeadSize, decodeCborPrefix } from '../../wire/cbor.js';
import { type CborValue, decodeCbor, encodeCbor } from '../../wire/index.js';
import { bytes, coded, codeOf, hex } from './fixture.js';

const upTo25 = Array.from({ length: 25 }, (_, i) => i + 1);

/** Our subset's part of RFC 8949, appendix A, as github.com/cbor/test-vectors has it. */
const VECTORS: readonly [string, CborValue][] = [
  ['00', 0],
  ['01', 1],
  ['0a', 10],
  ['17', 23],
  ['1818', 24],
  ['1819', 25],
  ['1864', 100],
  ['1903e8', 1000],
  ['1a000f4240', 1000000],
  ['1b000000e8d4a51000', 1000000000000],
  ['40', bytes('')],
  ['4401020304', bytes('01020304')],
  ['80', []],
  ['83010203', [1, 2, 3]],
  ['8301820203820405', [1, [2, 3], [4, 5]]],
  ['98190102030405060708090a0b0c0d0e0f101112131415161718181819', upTo25],
  ['a0', new Map()],
  ['a201020304', new Map([[1, 2] as const, [3, 4] as const])],
];

/** The rest of it, which the subset leaves out or deterministic encoding forbids. */
const FOREIGN = [
  ...['20', '29', '3863', '3903e7', '3bffffffffffffffff', '1bffffffffffffffff'],
  ...['60', '6161', '6449455446', '62c3bc', 'a26161016162820203', '826161a161626163'],
  ...['f4', 'f5', 'f6', 'f7', 'f0', 'f818', 'f8ff', 'f90000', 'f93c00', 'fb3ff199999999999a', 'fa47c35000'],
  ...['c249010000000000000000', 'c11a514b67b0', 'd74401020304', 'd818456449455446'],
  ...['5f42010243030405ff', '9fff', '9f018202039f0405ffff', '83019f0203ff820405', 'bf61610161629f0203ffff'],
];

const value: fc.Arbitrary<CborValue> = fc.letrec<{ value: CborValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5 },
    fc.oneof(fc.nat(300), fc.maxSafeNat()),
    fc.uint8Array({ maxLength: 300 }),
    fc.array(tie('value'), { maxLength: 5 }),
    fc.array(fc.tuple(fc.nat(400), tie('value')), { maxLength: 5 }).map((entries) => new Map(entries)),
  ),
})).value;

describe('deterministic CBOR (RFC 8949 §4.2.1)', () => {
  it.each(VECTORS)('%s is the only form of its value', (text, item) => {
    expect(hex(encodeCbor(item))).toBe(text);
    expect(decodeCbor(bytes(text))).toEqual(item);
  });

  it('writes map keys in ascending order, whatever the order of their making', () => {
    expect(hex(encodeCbor(new Map([[24, 0] as const, [2, 1] as const])))).toBe('a20201181800');
  });

  it('reads back what was written', () => {
    fc.assert(
      fc.property(value, (item) => {
        expect(decodeCbor(encodeCbor(item))).toEqual(item);
      }),
    );
  });

  it('has one encoding only: what decodes encodes to the same bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (data) => {
        let item: CborValue | undefined;
        const code = codeOf(() => {
          item = decodeCbor(data);
        });
        if (code === undefined) expect(hex(encodeCbor(item!))).toBe(hex(data));
        else expect(code).toMatch(/^cbor-/);
      }),
      { numRuns: 2000 },
    );
  });

  it.each([-1, 0.5, Number.NaN, 2 ** 53])('does not write %d', (number) => {
    expect(() => encodeCbor(number)).toThrow(RangeError);
  });
});

describe('CBOR of others', () => {
  it.each(FOREIGN)('%s is refused', (text) => {
    expect(codeOf(() => decodeCbor(bytes(text)))).toMatch(/^cbor-(malformed|not-deterministic)$/);
  });

  it.each([
    ['1817', 'an 8-bit form of 23'],
    ['1900ff', 'a 16-bit form of 255'],
    ['1a0000ffff', 'a 32-bit form of 65535'],
    ['1b00000000ffffffff', 'a 64-bit form of 2^32 - 1'],
    ['580101', 'a long length of a byte string'],
    ['a202000100', 'keys in descending order'],
    ['a201000100', 'a key twice'],
    ['9f01ff', 'an indefinite array'],
    ['1c', 'a reserved head'],
  ])('%s (%s) is cbor-not-deterministic', (text) => {
    expect(() => decodeCbor(bytes(text))).toThrow(coded('cbor-not-deterministic'));
  });

  it.each([
    ['0000', 'a second item'],
    ['1b0020000000000000', 'an integer of 2^53'],
    ['a14000', 'a byte string as key'],
    ['81818181818181818100', 'nine arrays in each other'],
    ['20', 'a negative integer'],
    ['6161', 'a text string'],
  ])('%s (%s) is cbor-malformed', (text) => {
    expect(() => decodeCbor(bytes(text))).toThrow(coded('cbor-malformed'));
  });

  it.each(['', '18', '1901', '42ff', '8201', 'a101', '9a00ffffff', 'ba00ffffff', '5b0000000100000000'])(
    '%j is cbor-truncated, and nothing is allocated for what it promises',
    (text) => {
      expect(() => decodeCbor(bytes(text))).toThrow(coded('cbor-truncated'));
    },
  );

  it('cut off at any byte is refused', () => {
    fc.assert(
      fc.property(value, (item) => {
        const whole = encodeCbor(item);
        for (let length = 0; length < whole.length; length++) {
          expect(codeOf(() => decodeCbor(whole.subarray(0, length)))).toBe('cbor-truncated');
        }
      }),
      { numRuns: 50 },
    );
  });
});

describe('decoded byte strings', () => {
  it('are views, so that wiping the source wipes them', () => {
    const source = encodeCbor(new Map([[1, bytes('c0ffee')] as const]));
    const view = (decodeCbor(source) as ReadonlyMap<number, Uint8Array>).get(1)!;
    source.fill(0);
    expect(hex(view)).toBe('000000');
  });
});

describe('a CBOR sequence (RFC 8742)', () => {
  it('is read item by item', () => {
    expect(decodeCborPrefix(bytes('1818ff'))).toEqual({ value: 24, length: 2 });
  });

  it.each([
    [0, 1],
    [23, 1],
    [24, 2],
    [255, 2],
    [256, 3],
    [65536, 5],
  ])('a byte string of %d bytes has a head of %d', (length, size) => {
    expect(cborHeadSize(length)).toBe(size);
  });
});
