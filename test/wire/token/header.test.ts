import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeChallenge,
  decodeDirectory,
  decodeTokenKey,
  encodeChallenge,
  encodeDirectory,
  formatAuthorization,
  formatChallenge,
  fromBase64,
  fromBase64url,
  issuingKey,
  parseAuthorization,
  parseChallenges,
  toBase64,
  toBase64url,
} from '../../../wire/index.js';
import { bytes, coded, codeOf, hex, utf8 } from '../fixture.js';
import { EXCHANGES, PUBLIC_KEY, VECTORS } from './fixture.js';

const tokenKey = decodeTokenKey(PUBLIC_KEY);
const token = bytes(EXCHANGES[0]!.token);
const challenge = decodeChallenge(bytes(EXCHANGES[1]!.token_challenge));
const encoded = toBase64url(encodeChallenge(challenge));

describe('WWW-Authenticate: PrivateToken (RFC 9577 §2.1)', () => {
  it.each(VECTORS.headers)('reads as published, passing over what it does not know', (vector) => {
    const [found, ...more] = parseChallenges(vector.www_authenticate);
    expect(more).toEqual([]);
    expect(hex(encodeChallenge(found!.challenge))).toBe(vector.token_challenge);
    expect(hex(found!.tokenKey!.spki)).toBe(vector.token_key);
    expect(found!.maxAge).toBe(vector.max_age);
  });

  it.each([
    ['with a key and an age', { challenge, tokenKey, maxAge: 60 }],
    ['with nothing else', { challenge }],
  ])('reads as it was written, %s', (_, given) => {
    expect(parseChallenges(formatChallenge(given))).toEqual([given]);
  });

  it.each([
    ['another scheme only', 'Basic realm="a, PrivateToken b"', 0],
    ['another scheme first', `Basic realm="x", PrivateToken challenge="${encoded}"`, 1],
    [
      'a scheme in other letters, a value without quotes',
      `privatetoken Challenge=${encoded.replaceAll('=', '')}`,
      1,
    ],
    ['two challenges', `PrivateToken challenge="${encoded}", PrivateToken challenge="${encoded}"`, 2],
    ['spaces around', ` PrivateToken  challenge = "${encoded}" , realm="a\\"b"  `, 1],
    ['nothing', '', 0],
  ])('with %s is read', (_, field, count) => {
    expect(parseChallenges(field)).toHaveLength(count);
  });

  it.each([
    ['no challenge', 'PrivateToken realm="x"', 'token-header-malformed'],
    [
      'a challenge twice',
      `PrivateToken challenge="${encoded}", challenge="${encoded}"`,
      'token-header-malformed',
    ],
    ['a challenge that is not base64url', 'PrivateToken challenge="AA+A"', 'token-header-malformed'],
    [
      'an age that is no number',
      `PrivateToken challenge="${encoded}", max-age="-1"`,
      'token-header-malformed',
    ],
    ['a parameter without scheme', `challenge="${encoded}"`, 'token-header-malformed'],
    ['a comma missing', `PrivateToken challenge="${encoded}" max-age="1"`, 'token-header-malformed'],
    ['a comma too much', `PrivateToken , challenge="${encoded}"`, 'token-header-malformed'],
    ['a quote open', 'PrivateToken challenge="AA', 'token-header-malformed'],
    ['a challenge cut off', 'PrivateToken challenge="AAIA"', 'token-truncated'],
    ['a key that is none', `PrivateToken challenge="${encoded}", token-key="AAAA"`, 'token-key-malformed'],
    ['more than any', `PrivateToken challenge="${'A'.repeat(20_000)}"`, 'token-header-malformed'],
  ])('with %s is refused', (_, field, code) => {
    expect(() => parseChallenges(field)).toThrow(coded(code));
  });

  it('of any text is read or refused with a code', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'PrivateToken challenge=",\\ \tA=') }), (field) => {
        expect(codeOf(() => parseChallenges(field)) ?? 'token-').toMatch(/^token-/);
      }),
    );
  });
});

describe('Authorization: PrivateToken (RFC 9577 §2.2)', () => {
  it('reads as it was written', () => {
    expect(formatAuthorization(token)).toMatch(/^PrivateToken token="[\w-]+={0,2}"$/);
    expect(parseAuthorization(formatAuthorization(token))).toEqual(token);
  });

  it.each([
    ['another scheme', 'Bearer token="AAAA"'],
    ['no token', 'PrivateToken'],
    ['two schemes', 'PrivateToken token="AAAA", PrivateToken token="AAAA"'],
    ['two tokens', 'PrivateToken token="AAAA", token="AAAA"'],
    ['no base64url', 'PrivateToken token="A"'],
    ['bits left over', 'PrivateToken token="AB"'],
    ['nothing', ''],
  ])('with %s is refused', (_, field) => {
    expect(() => parseAuthorization(field)).toThrow(coded('token-header-malformed'));
  });
});

describe('the issuer’s directory (RFC 9578 §4)', () => {
  const keys = [{ key: tokenKey, notBefore: 100, notAfter: 300 }, { key: tokenKey }];
  const directory = { requestUri: '/token-request', keys };
  const document = (change: object) =>
    utf8(JSON.stringify({ 'issuer-request-uri': '/x', 'token-keys': [], ...change }));
  const entry = (change: object) => ({ 'token-type': 2, 'token-key': toBase64url(PUBLIC_KEY), ...change });

  it('reads as it was written', () => {
    expect(decodeDirectory(encodeDirectory(directory))).toEqual(directory);
  });

  it('may list keys of other types and fields of others', () => {
    const listed = [entry({ 'token-type': 1, 'token-key': 'AA' }), entry({ color: 'blue' })];
    expect(decodeDirectory(document({ 'token-keys': listed, more: 1 })).keys).toEqual([{ key: tokenKey }]);
  });

  it('prefers the first key whose time has come', () => {
    expect([50, 100, 299, 300].map((now) => issuingKey(keys, now))).toEqual([
      keys[1],
      keys[0],
      keys[0],
      keys[1],
    ]);
    expect(issuingKey([keys[0]!], 50)).toBeUndefined();
  });

  it.each([
    ['no JSON', utf8('{'), 'token-directory-malformed'],
    ['no UTF-8', bytes('22ff22'), 'token-directory-malformed'],
    ['no object', utf8('[]'), 'token-directory-malformed'],
    ['no URI', document({ 'issuer-request-uri': '' }), 'token-directory-malformed'],
    ['no keys', document({ 'token-keys': {} }), 'token-directory-malformed'],
    ['a key that is no object', document({ 'token-keys': [null] }), 'token-directory-malformed'],
    [
      'a key in other letters',
      document({ 'token-keys': [entry({ 'token-key': '+' })] }),
      'token-directory-malformed',
    ],
    ['a broken key', document({ 'token-keys': [entry({ 'token-key': 'AAAA' })] }), 'token-key-malformed'],
    [
      'a time that is none',
      document({ 'token-keys': [entry({ 'not-before': -1 })] }),
      'token-directory-malformed',
    ],
    [
      'only keys of other types',
      document({ 'token-keys': [entry({ 'token-type': 1 })] }),
      'token-type-unsupported',
    ],
    ['more than any', utf8(' '.repeat(70_000)), 'token-directory-malformed'],
  ])('with %s is refused', (_, data, code) => {
    expect(() => decodeDirectory(data)).toThrow(coded(code));
  });
});

describe('base 64 (RFC 4648)', () => {
  it.each([
    ['', ''],
    ['66', 'Zg=='],
    ['666f', 'Zm8='],
    ['666f6f', 'Zm9v'],
    ['666f6f626172', 'Zm9vYmFy'],
  ])('of %s is %s', (data, text) => {
    expect([toBase64(bytes(data)), toBase64url(bytes(data))]).toEqual([text, text]);
    expect([fromBase64(text), fromBase64url(text)]).toEqual([bytes(data), bytes(data)]);
  });

  it('is that of Node, both alphabets, with and without padding', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (data) => {
        const node = Buffer.from(data);
        expect(toBase64(data)).toBe(node.toString('base64'));
        expect(toBase64url(data).replaceAll('=', '')).toBe(node.toString('base64url'));
        expect(fromBase64(node.toString('base64'))).toEqual(data);
        expect(fromBase64url(node.toString('base64url'))).toEqual(data);
        expect(fromBase64url(toBase64url(data))).toEqual(data);
      }),
    );
  });

  it.each(['Z', 'Zg=', 'Zg===', 'Zh==', 'Z===', 'Zm9v=', 'Zm-v', 'Zg==Zg==', ' Zg=='])(
    'is not %s',
    (text) => {
      expect(fromBase64(text)).toBeUndefined();
    },
  );
});
