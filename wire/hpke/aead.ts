import { gcm } from '@noble/ciphers/aes.js';
import { chacha20poly1305 } from '@noble/ciphers/chacha.js';

/** RFC 9180 §7.3. */
export const AEAD_AES_128_GCM = 0x0001;
export const AEAD_CHACHA20_POLY1305 = 0x0003;
export type AeadId = typeof AEAD_AES_128_GCM | typeof AEAD_CHACHA20_POLY1305;

export const AEAD_NONCE_SIZE = 12;
export const AEAD_TAG_SIZE = 16;
export const AEAD_KEY_SIZE: Readonly<Record<AeadId, number>> = {
  [AEAD_AES_128_GCM]: 16,
  [AEAD_CHACHA20_POLY1305]: 32,
};

export function isAeadId(value: number): value is AeadId {
  return value === AEAD_AES_128_GCM || value === AEAD_CHACHA20_POLY1305;
}

function cipher(id: AeadId, key: Uint8Array, nonce: Uint8Array, aad: Uint8Array) {
  return id === AEAD_AES_128_GCM ? gcm(key, nonce, aad) : chacha20poly1305(key, nonce, aad);
}

/** Ciphertext and tag. */
export function aeadSeal(
  id: AeadId,
  key: Uint8Array,
  nonce: Uint8Array,
  aad: Uint8Array,
  plaintext: Uint8Array,
): Uint8Array {
  return cipher(id, key, nonce, aad).encrypt(plaintext);
}

/** The plaintext, in an array that the caller owns, or `undefined` when the tag does not fit. */
export function aeadOpen(
  id: AeadId,
  key: Uint8Array,
  nonce: Uint8Array,
  aad: Uint8Array,
  ciphertext: Uint8Array,
): Uint8Array | undefined {
  if (ciphertext.length < AEAD_TAG_SIZE) return undefined;
  try {
    return cipher(id, key, nonce, aad).decrypt(ciphertext);
  } catch {
    // The library signals a wrong tag by throwing; there is nothing in it for the caller to tell apart.
    return undefined;
  }
}
