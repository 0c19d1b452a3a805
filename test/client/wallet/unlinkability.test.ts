/**
 * The issuer, with all its keys and everything that it has seen, cannot tell which token came of which request. For RSA
 * blind signatures that is not a matter of computing power: for each request and each token under the key there is exactly
 * one blinding factor that makes them a pair, and factors are drawn uniformly (RFC 9474 §7.1). The tests find all of them.
 */
import { generateKeyPairSync } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { Blinder } from '../../../client/wallet/blind.js';
import { MemoryStorage } from '../../../client/wallet/index.js';
import { blindSign, signingKeyOf } from '../../../edge/issuer/sign.js';
import { challengeDigest, decodeToken, unboundChallenge } from '../../../wire/index.js';
import { hex } from '../../wire/fixture.js';

const signer = signingKeyOf(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey);
const digest = challengeDigest(unboundChallenge('issuer.example', ['gateway.example']));
const n = integer(signer.key.modulus);
const e = 65537n;
const COUNT = 24;

interface Exchange {
  /** What the issuer saw and answered, as numbers. */
  readonly request: bigint;
  readonly response: bigint;
  readonly token: Uint8Array;
}

let exchanges: readonly Exchange[];
beforeAll(async () => {
  const blinder = await Blinder.for(signer.key);
  const made: Exchange[] = [];
  for (let i = 0; i < COUNT; i++) {
    const pending = await blinder.begin(digest);
    const signature = blindSign(signer, pending.blindedMessage);
    const request = integer(pending.blindedMessage);
    made.push({ request, response: integer(signature), token: await pending.finish(signature) });
  }
  exchanges = made;
});

describe('every request and every token', () => {
  it('are explained by one blinding factor, the right pairs no better than the wrong ones', () => {
    const factors = new Set<bigint>();
    for (const { request, response } of exchanges) {
      for (const { token } of exchanges) {
        const signature = integer(decodeToken(token).authenticator);
        const encoded = power(signature, e);
        const factor = (response * inverse(signature)) % n;
        // As the client would have blinded this very token to this very request (RFC 9474 §4.2).
        expect((encoded * power(factor, e)) % n).toBe(request);
        expect(factor > 0n && factor < n).toBe(true);
        factors.add(factor);
      }
    }
    expect(factors.size).toBe(COUNT * COUNT);
  });
});

describe('what the issuer sees', () => {
  const LOW_BITS = 2000;
  /** So far from the mean is less likely than one in 10^12. */
  const SIGMAS = 7.2;
  const low = (value: bigint) => BigInt.asUintN(LOW_BITS, value);
  const ones = (value: bigint) => value.toString(2).replaceAll('0', '').length;
  const encodedOf = ({ token }: Exchange) => power(integer(decodeToken(token).authenticator), e);
  const expectFair = (values: readonly bigint[]) => {
    const bits = values.length * LOW_BITS;
    const count = values.reduce((sum, value) => sum + ones(low(value)), 0);
    expect(Math.abs(count - bits / 2)).toBeLessThan((SIGMAS * Math.sqrt(bits)) / 2);
  };

  it('has as many ones as zeros', () => {
    expectFair(exchanges.map(({ request }) => request));
  });

  it.each(['its own token', 'the next token'])('has no bits in common with %s', (which) => {
    const shift = which === 'its own token' ? 0 : 1;
    expectFair(
      exchanges.map(({ request }, i) => low(request) ^ low(encodedOf(exchanges[(i + shift) % COUNT]!))),
    );
  });
});

describe('what the gateway sees', () => {
  it('is the same of all tokens, but for nonce and signature', () => {
    const seen = exchanges.map(({ token }) => {
      const { nonce, authenticator, ...rest } = decodeToken(token);
      return JSON.stringify([nonce.length, authenticator.length, hex(rest.challengeDigest), hex(rest.keyId)]);
    });
    expect(new Set(seen).size).toBe(1);
    expect(new Set(exchanges.map(({ token }) => hex(decodeToken(token).nonce))).size).toBe(COUNT);
  });

  it('comes in an order that has nothing to do with that of issuance', async () => {
    const [size, rounds] = [8, 4000];
    const places = Array.from({ length: size }, () => new Array<number>(size).fill(0));
    for (let round = 0; round < rounds; round++) {
      const storage = new MemoryStorage();
      await storage.add(
        Array.from({ length: size }, (_, i) => ({ token: Uint8Array.of(i), keyId: 'key', expires: 10 })),
      );
      for (let place = 0; place < size; place++) places[place]![(await storage.take(1))!.token[0]!]!++;
    }
    const expected = rounds / size;
    const chi = places.flat().reduce((sum, found) => sum + (found - expected) ** 2 / expected, 0);
    // 49 degrees of freedom: above 140 is less likely than one in 10^10.
    expect(chi).toBeLessThan(140);
  });
});

function integer(bytes: Uint8Array): bigint {
  return BigInt(`0x${hex(bytes)}`);
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (let square = base % n, rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % n;
    square = (square * square) % n;
  }
  return result;
}

/** The extended Euclidean algorithm. */
function inverse(value: bigint): bigint {
  let [a, b, x, y] = [value, n, 1n, 0n];
  while (b > 0n) {
    const quotient = a / b;
    [a, b, x, y] = [b, a - quotient * b, y, x - quotient * y];
  }
  return ((x % n) + n) % n;
}
