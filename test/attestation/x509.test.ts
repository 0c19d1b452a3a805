import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  byteInteger,
  DerError,
  DerReader,
  dottedOid,
  Tag,
  time,
  unsignedInteger,
} from '../../attestation/der.js';
import { parseCertificate } from '../../attestation/x509.js';
import { pemVector, vector } from './fixture.js';

const element = (...bytes: number[]) => new DerReader(Uint8Array.from(bytes)).next();
const text = (tag: number, value: string) => element(tag, value.length, ...Buffer.from(value));

describe('DER', () => {
  it.each<[string, number[]]>([
    ['nothing', []],
    ['a tag alone', [0x30]],
    ['a length past the end', [0x04, 2, 0]],
    ['an indefinite length', [0x30, 0x80, 0, 0]],
    ['a length in a long form', [0x04, 0x81, 1, 0]],
    ['a length with leading zeros', [0x04, 0x82, 0, 0x80, ...new Array(128).fill(0)]],
    ['a length of four bytes', [0x04, 0x84, 0, 0, 0, 1, 0]],
    ['a tag of two bytes', [0x1f, 0x81, 1, 0]],
  ])('is not %s', (_, bytes) => {
    expect(() => element(...bytes)).toThrow(DerError);
  });

  it('says what is missing, left over or another type', () => {
    const reader = new DerReader(Uint8Array.of(0x05, 0x00));
    expect(() => reader.end()).toThrow(DerError);
    expect(() => reader.expect(Tag.integer)).toThrow(DerError);
    expect(reader.optional(Tag.integer)).toBeUndefined();
  });

  it.each([
    [[2, 1, 0], 0],
    [[2, 1, 0x7f], 127],
    [[2, 2, 0, 0xff], 255],
  ])('reads integer %j', (bytes, value) => {
    expect(byteInteger(element(...bytes))).toBe(value);
  });

  it.each([[[2, 0]], [[2, 1, 0x80]], [[2, 2, 0, 1]], [[2, 2, 1, 0]]])(
    'does not read integer %j as a byte',
    (bytes) => {
      expect(() => byteInteger(element(...bytes))).toThrow(DerError);
    },
  );

  it('reads unsigned integers of any size', () => {
    expect([...unsignedInteger(element(2, 3, 0, 0x80, 1))]).toEqual([0x80, 1]);
  });

  it('reads object identifiers', () => {
    expect(dottedOid(element(6, 6, 0x67, 0x81, 0x05, 0x05, 0x04, 0x09))).toBe('2.23.133.5.4.9');
    expect(dottedOid(element(6, 3, 0x55, 0x1d, 0x13))).toBe('2.5.29.19');
    for (const bytes of [
      [6, 0],
      [6, 1, 0x80],
      [6, 2, 0x80, 1],
      [6, 2, 0x2a, 0x86],
      [6, 6, 1, 255, 255, 255, 255, 127],
    ]) {
      expect(() => dottedOid(element(...bytes))).toThrow(DerError);
    }
  });

  it('reads times to the second, in UTC', () => {
    expect(time(text(Tag.utcTime, '491231235959Z'))).toEqual(new Date('2049-12-31T23:59:59Z'));
    expect(time(text(Tag.utcTime, '500101000000Z'))).toEqual(new Date('1950-01-01T00:00:00Z'));
    expect(time(text(Tag.generalizedTime, '20560229120000Z'))).toEqual(new Date('2056-02-29T12:00:00Z'));
    for (const value of [
      '490230000000Z',
      '491301000000Z',
      '490101240000Z',
      '490101006000Z',
      '4901010000Z',
      '491231235959',
    ]) {
      expect(() => time(text(Tag.utcTime, value)), value).toThrow(DerError);
    }
    expect(() => time(text(Tag.generalizedTime, 'xx560229120000Z'))).toThrow(DerError);
    expect(() => time(element(Tag.integer, 1, 1))).toThrow(DerError);
  });
});

describe('an X.509 certificate', () => {
  it('of AMD is read', () => {
    const ask = pemVector('ask_ark_turin.pem')[0]!;
    const certificate = parseCertificate(ask, 'ratls-malformed');
    expect(certificate.signatureAlgorithm).toBe('1.2.840.113549.1.1.10');
    expect(certificate.extensions.has('2.5.29.19')).toBe(true);
    expect(certificate.signature).toHaveLength(512);
  });

  it('of other bytes is refused with the code asked for', () => {
    const vcek = vector('milan-vcek.der');
    fc.assert(
      fc.property(fc.nat(vcek.length - 1), fc.nat(255), (at, value) => {
        for (const bytes of [vcek.slice(0, at), vcek.with(at, value)]) {
          try {
            expect(parseCertificate(bytes, 'snp-certificate-malformed').tbs.length).toBeGreaterThan(0);
          } catch (error) {
            expect(error).toMatchObject({ name: 'AttestationError', code: 'snp-certificate-malformed' });
          }
        }
      }),
    );
  });
});
