import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ascii, ByteReader, bigEndian, concat, equalBytes, varint } from '../../wire/bytes.js';
import { bytes, coded, hex } from './fixture.js';

const reader = (data: Uint8Array) => new ByteReader(data, 'bhttp-truncated');

describe('a variable-length integer (RFC 9000 §16)', () => {
  // The examples of RFC 9000, appendix A.1, but for the one that is beyond the numbers of this protocol.
  it.each([
    ['9d7f3e7d', 494878333],
    ['7bbd', 15293],
    ['25', 37],
    ['4025', 37],
  ])('%s reads as %d', (text, value) => {
    expect(reader(bytes(text)).varint()).toBe(value);
  });

  it('of eight bytes is refused where a number cannot hold it', () => {
    expect(() => reader(bytes('c2197c5eff14e88c')).varint()).toThrow(coded('bhttp-truncated'));
  });

  it.each([
    [0, '00'],
    [63, '3f'],
    [64, '4040'],
    [16383, '7fff'],
    [16384, '80004000'],
    [2 ** 30 - 1, 'bfffffff'],
  ])('%d is written as %s, the shortest form', (value, text) => {
    expect(hex(varint(value))).toBe(text);
  });

  it('is not written from 2^30 on', () => {
    expect(() => varint(2 ** 30)).toThrow(RangeError);
  });

  it('reads back as what was written', () => {
    fc.assert(
      fc.property(fc.nat(2 ** 30 - 1), (value) => {
        expect(reader(varint(value)).varint()).toBe(value);
      }),
    );
  });

  it.each(['', '40', '800000', 'c0000000000000'])('%j ends too early', (text) => {
    expect(() => reader(bytes(text)).varint()).toThrow(coded('bhttp-truncated'));
  });
});

describe('a reader', () => {
  it('gives views, not copies', () => {
    const data = bytes('010203');
    reader(data).take(2)[1] = 9;
    expect(hex(data)).toBe('010903');
  });

  it('never gives more than there is', () => {
    const at = reader(bytes('0102'));
    expect(() => at.take(3)).toThrow(coded('bhttp-truncated'));
    expect(at.remaining).toBe(2);
    expect(hex(at.rest())).toBe('0102');
    expect(() => at.uint(1)).toThrow(coded('bhttp-truncated'));
  });

  it('reads what bigEndian writes', () => {
    fc.assert(
      fc.property(fc.nat(2 ** 31 - 1), fc.constantFrom(4, 5, 6), (value, size) => {
        expect(reader(bigEndian(value, size)).uint(size)).toBe(value);
      }),
    );
  });
});

describe('helpers', () => {
  it('concat joins in order', () => {
    expect(hex(concat(bytes('01'), bytes(''), bytes('0203')))).toBe('010203');
    expect(concat()).toHaveLength(0);
  });

  it('ascii has no bytes above 0x7f', () => {
    expect(hex(ascii('final'))).toBe('66696e616c');
  });

  it('equalBytes compares content and length', () => {
    expect(equalBytes(bytes('0102'), bytes('0102'))).toBe(true);
    expect(equalBytes(bytes('0102'), bytes('0103'))).toBe(false);
    expect(equalBytes(bytes('0102'), bytes('010200'))).toBe(false);
    expect(equalBytes(bytes(''), bytes(''))).toBe(true);
  });
});
