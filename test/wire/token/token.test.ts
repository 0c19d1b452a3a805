import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  challengeDigest,
  decodeChallenge,
  decodeToken,
  decodeTokenBatchRequest,
  decodeTokenBatchResponse,
  decodeTokenKey,
  decodeTokenRequest,
  decodeTokenResponse,
  encodeChallenge,
  encodeToken,
  encodeTokenBatchRequest,
  encodeTokenBatchResponse,
  encodeTokenInput,
  encodeTokenRequest,
  TOKEN_SIZE,
  type TokenChallenge,
  tokenKeyOf,
  truncatedKeyId,
  unboundChallenge,
} from '../../../wire/index.js';
import { bytes, coded, codeOf, flipped, hex, textOf, utf8 } from '../fixture.js';
import { EXCHANGES, PUBLIC_KEY, VECTORS } from './fixture.js';

const key = decodeTokenKey(PUBLIC_KEY);
const { nonce, token_key_id, challenges } = VECTORS.rfc9577;
const names = (encoded: string) => (encoded === '' ? [] : textOf(bytes(encoded)).split(','));

describe('a token challenge (RFC 9577 §2.1)', () => {
  it.each(challenges)('of RFC 9577, appendix A: $comment', (vector) => {
    const challenge: TokenChallenge = {
      issuerName: textOf(bytes(vector.issuer_name)),
      redemptionContext: bytes(vector.redemption_context),
      originInfo: names(vector.origin_info),
    };
    const digest = challengeDigest(challenge);
    expect(hex(digest)).toBe(vector.challenge_digest);
    const input = { nonce: bytes(nonce), challengeDigest: digest, keyId: key.id };
    expect(hex(encodeTokenInput(input))).toBe(vector.token_authenticator_input);
    expect(decodeChallenge(encodeChallenge(challenge))).toEqual(challenge);
  });

  it.each(EXCHANGES)('of RFC 9578 reads and writes as $token_challenge', ({ token_challenge }) => {
    expect(hex(encodeChallenge(decodeChallenge(bytes(token_challenge))))).toBe(token_challenge);
  });

  it.each([
    ['another type', '0001000161000000', 'token-type-unsupported'],
    ['no issuer', '00020000000000', 'token-challenge-malformed'],
    ['an issuer that is no name', '0002000120000000', 'token-challenge-malformed'],
    ['an issuer beyond ASCII', '00020001c3000000', 'token-challenge-malformed'],
    ['a context of one byte', `0002000161${'01'}ff0000`, 'token-challenge-malformed'],
    ['an empty origin', '000200016100000161'.replace(/0161$/, '022c61'), 'token-challenge-malformed'],
    ['bytes after it', '000200016100000000', 'token-challenge-malformed'],
    ['its end missing', '0002000161', 'token-truncated'],
  ])('with %s is refused', (_, encoded, code) => {
    expect(() => decodeChallenge(bytes(encoded))).toThrow(coded(code));
  });

  it.each([[''], ['a,b'], ['a b'], ['ä']])('is not written for the name %j', (name) => {
    expect(() => encodeChallenge(unboundChallenge(name, []))).toThrow(coded('token-challenge-malformed'));
    expect(() => encodeChallenge(unboundChallenge('a', [name]))).toThrow(coded('token-challenge-malformed'));
  });

  it('of ours has an empty context', () => {
    expect(hex(encodeChallenge(unboundChallenge('a', ['b', 'c:1'])))).toBe(
      `000200016100${'0005'}${hex(utf8('b,c:1'))}`,
    );
  });
});

describe('a token key (RFC 9578 §6.5)', () => {
  it('reads and writes as that of the vectors, and has its id', () => {
    expect(hex(tokenKeyOf(key.modulus).spki)).toBe(VECTORS.publicKey);
    expect(hex(key.id)).toBe(token_key_id);
    expect(truncatedKeyId(key.id)).toBe(8);
  });

  it('is refused when any bit outside the modulus is another', () => {
    for (let offset = 0; offset < PUBLIC_KEY.length; offset++) {
      if (offset >= 81 && offset < 337) continue;
      expect(() => decodeTokenKey(flipped(PUBLIC_KEY, offset)), `byte ${offset}`).toThrow(
        coded('token-key-malformed'),
      );
    }
  });

  it.each([
    ['even', (n: Uint8Array) => flipped(n, 255, 0)],
    ['too small', (n: Uint8Array) => flipped(n, 0, 7)],
    ['too short', (n: Uint8Array) => n.subarray(1)],
  ])('is refused when the modulus is %s', (_, change) => {
    expect(() => tokenKeyOf(change(key.modulus))).toThrow(coded('token-key-malformed'));
  });

  it.each([[0], [341], [343]])('of %i bytes is refused', (length) => {
    const other = new Uint8Array(length);
    other.set(PUBLIC_KEY.subarray(0, length));
    expect(() => decodeTokenKey(other)).toThrow(coded('token-key-malformed'));
  });
});

describe('a token (RFC 9577 §2.2)', () => {
  it.each(EXCHANGES)('reads and writes as $token', (vector) => {
    const token = decodeToken(bytes(vector.token));
    expect(hex(encodeToken(token))).toBe(vector.token);
    expect(hex(token.nonce)).toBe(vector.nonce);
    expect(token.keyId).toEqual(key.id);
    expect(token.challengeDigest).toEqual(challengeDigest(decodeChallenge(bytes(vector.token_challenge))));
  });

  it('is refused when it is cut off anywhere, or goes on', () => {
    const token = bytes(EXCHANGES[0]!.token);
    expect(token).toHaveLength(TOKEN_SIZE);
    for (let length = 0; length < token.length; length++) {
      expect(() => decodeToken(token.subarray(0, length))).toThrow(coded('token-truncated'));
    }
    expect(() => decodeToken(Uint8Array.of(...token, 0))).toThrow(coded('token-malformed'));
  });
});

describe('requests and responses', () => {
  it.each(EXCHANGES)('for one token read and write as in RFC 9578: $token_request', (vector) => {
    const request = decodeTokenRequest(bytes(vector.token_request));
    expect(request.truncatedKeyId).toBe(8);
    expect(hex(encodeTokenRequest(request))).toBe(vector.token_request);
    expect(hex(decodeTokenResponse(bytes(vector.token_response)))).toBe(vector.token_response);
  });

  it.each(VECTORS.batches)('for a batch read and write as in the draft', (batch) => {
    const requests = decodeTokenBatchRequest(bytes(batch.token_request));
    expect(requests).toHaveLength(batch.issuance.length);
    expect(hex(encodeTokenBatchRequest(requests))).toBe(batch.token_request);
    const responses = decodeTokenBatchResponse(bytes(batch.token_response));
    expect(hex(encodeTokenBatchResponse(responses.map((response) => response!)))).toBe(batch.token_response);
  });

  it('tell which one of a batch was refused', () => {
    const [signature] = decodeTokenBatchResponse(bytes(VECTORS.batches[0]!.token_response));
    const whole = encodeTokenBatchResponse([signature!, signature!]);
    const [, ...second] = whole.subarray(2, 2 + 259);
    const withHole = Uint8Array.of(0x41, 0x04, 0, 1, ...second);
    expect(decodeTokenBatchResponse(withHole)).toEqual([undefined, signature]);
  });

  const one = EXCHANGES[0]!;
  it.each([
    [
      'a request of another type',
      () => decodeTokenRequest(bytes(`0001${one.token_request.slice(4)}`)),
      'token-type-unsupported',
    ],
    ['a request cut off', () => decodeTokenRequest(bytes(one.token_request.slice(0, -2))), 'token-truncated'],
    [
      'a request that goes on',
      () => decodeTokenRequest(bytes(`${one.token_request}00`)),
      'token-request-malformed',
    ],
    [
      'a response cut off',
      () => decodeTokenResponse(bytes(one.token_response.slice(2))),
      'token-response-malformed',
    ],
    ['an empty batch', () => decodeTokenBatchRequest(bytes('00')), 'token-request-malformed'],
    [
      'a batch with a long length',
      () => decodeTokenBatchRequest(bytes(`80000103${one.token_request}`)),
      'token-request-malformed',
    ],
    [
      'a batch cut off',
      () => decodeTokenBatchRequest(bytes(`4103${one.token_request.slice(2)}`)),
      'token-truncated',
    ],
    [
      'a batch that goes on',
      () => decodeTokenBatchRequest(bytes(`4103${one.token_request}00`)),
      'token-request-malformed',
    ],
    [
      'a response neither present nor absent',
      () => decodeTokenBatchResponse(bytes('0102')),
      'token-response-malformed',
    ],
  ])('%s is refused', (_, act, code) => {
    expect(act).toThrow(coded(code));
  });

  it('of random bytes are read or refused with a code', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (data) => {
        const decoders = [
          decodeToken,
          decodeChallenge,
          decodeTokenKey,
          decodeTokenRequest,
          decodeTokenBatchRequest,
        ];
        for (const decode of [...decoders, decodeTokenBatchResponse, decodeTokenResponse])
          expect(codeOf(() => decode(data)) ?? 'token-').toMatch(/^token-/);
      }),
    );
  });
});
