import { describe, expect, it } from 'vitest';
import {
  encapsulate,
  KEM_X25519,
  portableX25519,
  portableX25519Key,
  x25519KeyPair,
} from '../../../wire/index.js';
import { nativeX25519 } from '../../../wire/node/x25519.js';
import { bytes, coded, hex } from '../fixture.js';

const agree = (secret: string, peer: string) => hex(portableX25519Key(bytes(secret)).agree(bytes(peer)));
const BASE = `09${'00'.repeat(31)}`;

describe('X25519 (RFC 7748)', () => {
  it.each([
    [
      'a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4',
      'e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c',
      'c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552',
    ],
    [
      '4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d',
      'e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493',
      '95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957',
    ],
  ])('has the results of §5.2: %s', (scalar, point, result) => {
    expect(agree(scalar, point)).toBe(result);
  });

  it('has the results of §5.2 when it is done again and again', () => {
    const results: string[] = [];
    for (let i = 0, [scalar, point] = [BASE, BASE]; i < 1000; i++) {
      [scalar, point] = [agree(scalar, point), scalar];
      results.push(scalar);
    }
    expect(results[0]).toBe('422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079');
    expect(results[999]).toBe('684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51');
  });

  it('agrees as in §6.1', () => {
    const alice = portableX25519Key(
      bytes('77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a'),
    );
    const bob = portableX25519Key(bytes('5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb'));
    expect(hex(alice.publicKey)).toBe('8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a');
    expect(hex(bob.publicKey)).toBe('de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f');
    const shared = '4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742';
    expect(hex(alice.agree(bob.publicKey))).toBe(shared);
    expect(hex(bob.agree(alice.publicKey))).toBe(shared);
  });
});

describe('the portable and the native implementation', () => {
  it('agree with each other', () => {
    for (let i = 0; i < 50; i++) {
      const portable = portableX25519.generate();
      const native = nativeX25519.generate();
      expect(hex(native.agree(portable.publicKey))).toBe(hex(portable.agree(native.publicKey)));
    }
  });

  it('understand each other through the KEM, both ways', () => {
    for (const [ours, theirs] of [
      [nativeX25519, portableX25519],
      [portableX25519, nativeX25519],
    ] as const) {
      const pair = x25519KeyPair(ours.generate());
      const { enc, shared } = encapsulate(KEM_X25519, pair.publicKey, theirs.generate());
      expect(hex(pair.decapsulate(enc).bytes)).toBe(hex(shared.bytes));
    }
  });
});

/** Points of small order: the shared secret would be zero whatever the private key. */
const SMALL_ORDER = [
  '00'.repeat(32),
  `01${'00'.repeat(31)}`,
  `ec${'ff'.repeat(30)}7f`,
  `ed${'ff'.repeat(30)}7f`,
  `ee${'ff'.repeat(30)}7f`,
];

describe.each([
  ['portable', portableX25519],
  ['native', nativeX25519],
] as const)('a %s key', (_, x25519) => {
  it.each(SMALL_ORDER)('agrees with nobody at the point %s', (point) => {
    const pair = x25519KeyPair(x25519.generate());
    expect(() => pair.decapsulate(bytes(point))).toThrow(coded('hpke-bad-key'));
    expect(() => encapsulate(KEM_X25519, bytes(point), x25519.generate())).toThrow(coded('hpke-bad-key'));
  });

  it.each([0, 31, 33])('refuses %d bytes', (length) => {
    const pair = x25519KeyPair(x25519.generate());
    expect(() => pair.decapsulate(new Uint8Array(length).fill(9))).toThrow(coded('hpke-bad-key'));
    expect(() => encapsulate(KEM_X25519, new Uint8Array(length).fill(9))).toThrow(coded('hpke-bad-key'));
  });
});

describe('wiping', () => {
  it('zeroes a portable key and takes the native one away', () => {
    const secret = crypto.getRandomValues(new Uint8Array(32));
    const peer = portableX25519.generate().publicKey;
    portableX25519Key(secret).wipe();
    expect(hex(secret)).toBe('00'.repeat(32));
    const native = x25519KeyPair(nativeX25519.generate());
    native.wipe();
    expect(() => native.decapsulate(peer)).toThrow(coded('hpke-bad-key'));
  });

  it('happens to the ephemeral key and the coins as soon as a secret is encapsulated', () => {
    const ephemeral = crypto.getRandomValues(new Uint8Array(32));
    const coins = crypto.getRandomValues(new Uint8Array(32));
    encapsulate(KEM_X25519, portableX25519.generate().publicKey, portableX25519Key(ephemeral), coins);
    expect(hex(ephemeral) + hex(coins)).toBe('00'.repeat(64));
  });
});
