import { shake256 } from '@noble/hashes/sha3.js';
import { describe, expect, it } from 'vitest';
import {
  encapsulate,
  generateKemKeyPair,
  KEM_SIZES,
  KEM_XWING,
  portableX25519Key,
  xwingKeyPair,
} from '../../../wire/index.js';
import { nativeX25519 } from '../../../wire/node/x25519.js';
import { bytes, coded, flipped, hex, vectors } from '../fixture.js';

interface Vector {
  readonly seed: string;
  readonly eseed: string;
  readonly ss: string;
  readonly pk: string;
  readonly ct: string;
}

/** expandDecapsulationKey of the draft: ML-KEM's seed, then the X25519 secret. */
function keyPairOf(seed: Uint8Array) {
  const expanded = shake256(seed, { dkLen: 96 });
  return xwingKeyPair(expanded.slice(0, 64), portableX25519Key(expanded.slice(64)));
}

describe.each(vectors<Vector[]>('xwing'))('X-Wing, seed $seed', ({ seed, eseed, ss, pk, ct }) => {
  it('has the public key of the draft', () => {
    expect(hex(keyPairOf(bytes(seed)).publicKey)).toBe(pk);
  });

  it('encapsulates to the ciphertext and the secret of the draft', () => {
    const random = bytes(eseed);
    const { enc, shared } = encapsulate(
      KEM_XWING,
      bytes(pk),
      portableX25519Key(random.slice(32)),
      random.slice(0, 32),
    );
    expect(hex(enc)).toBe(ct);
    expect(hex(shared.bytes)).toBe(ss);
  });

  it('decapsulates to it', () => {
    expect(hex(keyPairOf(bytes(seed)).decapsulate(bytes(ct)).bytes)).toBe(ss);
  });
});

describe('an X-Wing key', () => {
  const pair = generateKemKeyPair(KEM_XWING, nativeX25519);

  it('has the sizes that the encoding counts on', () => {
    const { enc } = encapsulate(KEM_XWING, pair.publicKey);
    expect({ publicKey: pair.publicKey.length, enc: enc.length }).toEqual(KEM_SIZES[KEM_XWING]);
  });

  it('makes another secret of an encapsulation that was changed anywhere', () => {
    const { enc, shared } = encapsulate(KEM_XWING, pair.publicKey);
    for (let offset = 0; offset < enc.length; offset += 37) {
      expect(hex(pair.decapsulate(flipped(enc, offset)).bytes), `byte ${offset}`).not.toBe(hex(shared.bytes));
    }
  });

  it.each([0, 1119, 1121])('refuses an encapsulation of %d bytes', (length) => {
    expect(() => pair.decapsulate(new Uint8Array(length))).toThrow(coded('hpke-bad-key'));
  });

  it('refuses an X25519 share of small order', () => {
    const { enc } = encapsulate(KEM_XWING, pair.publicKey);
    expect(() => pair.decapsulate(enc.fill(0, 1088))).toThrow(coded('hpke-bad-key'));
  });

  it.each<[string, (key: Uint8Array) => Uint8Array]>([
    ['of another length', (key) => key.subarray(1)],
    ['with an ML-KEM coefficient beyond the modulus (FIPS 203 §7.2)', (key) => key.fill(0xff, 0, 3)],
    ['with an X25519 share of small order', (key) => key.fill(0, 1184)],
  ])('%s is nothing to encapsulate to', (_, change) => {
    expect(() => encapsulate(KEM_XWING, change(Uint8Array.from(pair.publicKey)))).toThrow(
      coded('hpke-bad-key'),
    );
  });

  it('wipes the seed that it was made from', () => {
    const seed = crypto.getRandomValues(new Uint8Array(64));
    xwingKeyPair(seed, nativeX25519.generate());
    expect(hex(seed)).toBe('00'.repeat(64));
  });
});
