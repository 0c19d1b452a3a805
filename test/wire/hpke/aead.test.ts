import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  AEAD_AES_128_GCM,
  AEAD_CHACHA20_POLY1305,
  AEAD_KEY_SIZE,
  AEAD_TAG_SIZE,
  type AeadId,
  portablePrimitives,
} from '../../../wire/index.js';
import { nativePrimitives } from '../../../wire/node/primitives.js';
import { flipped, hex } from '../fixture.js';

const CIPHERS = [
  ['AES-128-GCM', AEAD_AES_128_GCM],
  ['ChaCha20-Poly1305', AEAD_CHACHA20_POLY1305],
] as const;
const IMPLEMENTATIONS = [
  ['portable', portablePrimitives],
  ['native', nativePrimitives],
] as const;

const exactly = (size: number) => fc.uint8Array({ minLength: size, maxLength: size });
const message = (id: AeadId) =>
  fc.record({
    key: exactly(AEAD_KEY_SIZE[id]),
    nonce: exactly(12),
    aad: fc.uint8Array({ maxLength: 40 }),
    plaintext: fc.uint8Array({ maxLength: 300 }),
  });

describe.each(CIPHERS)('%s', (_, id) => {
  it('is the same in both implementations', () => {
    fc.assert(
      fc.property(message(id), ({ key, nonce, aad, plaintext }) => {
        const sealed = nativePrimitives.seal(id, key, nonce, aad, plaintext);
        expect(hex(sealed)).toBe(hex(portablePrimitives.seal(id, key, nonce, aad, plaintext)));
        expect(hex(nativePrimitives.open(id, key, nonce, aad, sealed)!)).toBe(hex(plaintext));
        expect(hex(portablePrimitives.open(id, key, nonce, aad, sealed)!)).toBe(hex(plaintext));
      }),
    );
  });

  it.each(IMPLEMENTATIONS)('opens nothing that was changed or cut: %s', (_, aead) => {
    fc.assert(
      fc.property(message(id), fc.nat(), fc.nat(), ({ key, nonce, aad, plaintext }, at, cut) => {
        const sealed = aead.seal(id, key, nonce, aad, plaintext);
        expect(aead.open(id, key, nonce, aad, flipped(sealed, at % sealed.length))).toBeUndefined();
        expect(aead.open(id, key, nonce, aad, sealed.subarray(0, cut % sealed.length))).toBeUndefined();
        expect(aead.open(id, key, flipped(nonce, at % 12), aad, sealed)).toBeUndefined();
        expect(aead.open(id, key, nonce, Uint8Array.of(...aad, 0), sealed)).toBeUndefined();
      }),
    );
  });

  it.each(IMPLEMENTATIONS)('opens into memory that is the caller’s alone: %s', (_, aead) => {
    const key = new Uint8Array(AEAD_KEY_SIZE[id]);
    const nonce = new Uint8Array(12);
    const sealed = aead.seal(id, key, nonce, nonce, new Uint8Array(7));
    const opened = aead.open(id, key, nonce, nonce, sealed)!;
    expect(sealed).toHaveLength(7 + AEAD_TAG_SIZE);
    expect(opened.buffer.byteLength).toBeLessThanOrEqual(sealed.length);
    expect(Object.getPrototypeOf(opened)).toBe(Uint8Array.prototype);
  });
});
