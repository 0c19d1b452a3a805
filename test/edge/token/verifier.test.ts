import { describe, expect, it } from 'vitest';
import { blindSign, signingKeyOf } from '../../../edge/issuer/sign.js';
import { TokenVerifier } from '../../../edge/token/index.js';
import {
  type DirectoryKey,
  decodeChallenge,
  decodeTokenKey,
  decodeTokenRequest,
} from '../../../wire/index.js';
import { bytes, flipped, hex } from '../../wire/fixture.js';
import { EXCHANGES, PRIVATE_KEY, PUBLIC_KEY } from '../../wire/token/fixture.js';

const key = decodeTokenKey(PUBLIC_KEY);
const [first, second] = EXCHANGES as [(typeof EXCHANGES)[number], (typeof EXCHANGES)[number]];
const token = bytes(first.token);

function verifier(
  entry: Partial<DirectoryKey> = {},
  now = 500,
  challenge = first.token_challenge,
): TokenVerifier {
  return new TokenVerifier({
    challenge: decodeChallenge(bytes(challenge)),
    keys: [{ key, ...entry }],
    now: () => now,
  });
}

const coded = (code: string) => expect.objectContaining({ name: 'TokenError', code });

describe('the issuer’s signature (RFC 9578 §6.2)', () => {
  it.each(EXCHANGES)('is that of the vectors: $token_response', ({ token_request, token_response }) => {
    const { blindedMessage } = decodeTokenRequest(bytes(token_request));
    const signer = signingKeyOf(PRIVATE_KEY);
    expect(signer.key).toEqual(key);
    expect(hex(blindSign(signer, blindedMessage))).toBe(token_response);
  });
});

describe('a verifier', () => {
  it.each(EXCHANGES)('accepts the token of the vectors: $token', (vector) => {
    const { spentKey, expires } = verifier({ notAfter: 600 }, 500, vector.token_challenge).verify(
      bytes(vector.token),
    );
    expect(spentKey).toHaveLength(32);
    expect(expires).toBe(600);
  });

  it('has another key for the spent set for each token, and the same for the same', () => {
    const keys = EXCHANGES.map(({ token: encoded, token_challenge }) =>
      hex(verifier({}, 500, token_challenge).verify(bytes(encoded)).spentKey),
    );
    expect(new Set(keys).size).toBe(EXCHANGES.length);
    expect(hex(verifier().verify(token).spentKey)).toBe(keys[0]);
  });

  it.each<[string, Uint8Array, string]>([
    ['cut off', token.subarray(0, -1), 'token-truncated'],
    ['going on', Uint8Array.of(...token, 0), 'token-malformed'],
    ['of another type', flipped(token, 1, 0), 'token-type-unsupported'],
    ['for another challenge', bytes(second.token), 'token-wrong-challenge'],
    ['under an unknown key', flipped(token, 70), 'token-unknown-key'],
    ['with another nonce', flipped(token, 10), 'token-bad-signature'],
    ['with a forged signature', flipped(token, 200), 'token-bad-signature'],
    ['signed with zeros', token.map((byte, i) => (i < 98 ? byte : 0)), 'token-bad-signature'],
    [
      'signed with more than the modulus',
      token.map((byte, i) => (i < 98 ? byte : 255)),
      'token-bad-signature',
    ],
  ])('refuses one %s', (_, changed, code) => {
    expect(() => verifier().verify(changed)).toThrow(coded(code));
  });

  it('refuses every token with one bit turned over', () => {
    const strict = verifier();
    for (let offset = 0; offset < token.length; offset++)
      expect(() => strict.verify(flipped(token, offset)), `byte ${offset}`).toThrow(
        expect.objectContaining({ name: 'TokenError' }),
      );
  });

  it.each([
    [1000, 2000, 939, 'token-not-yet-valid'],
    [1000, 2000, 2000, 'token-expired'],
    [1000, 2000, 9000, 'token-expired'],
  ])('of a key from %i to %i refuses at %i: %s', (notBefore, notAfter, now, code) => {
    expect(() => verifier({ notBefore, notAfter }, now).verify(token)).toThrow(coded(code));
  });

  it.each([940, 1000, 1999])('of a key from 1000 to 2000 accepts at %i', (now) => {
    expect(verifier({ notBefore: 1000, notAfter: 2000 }, now).verify(token).expires).toBe(2000);
  });

  it('takes over the keys of a newer directory', () => {
    const updated = verifier();
    updated.update([]);
    expect(() => updated.verify(token)).toThrow(coded('token-unknown-key'));
    updated.update([{ key }]);
    expect(updated.verify(token).expires).toBeUndefined();
  });
});
