import { gcm } from '@noble/ciphers/aes.js';
import { chacha20poly1305 } from '@noble/ciphers/chacha.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';

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

/**
 * The symmetric algorithms, pluggable: a gateway gives native ones, browsers and the engine use the default.
 */
export interface Primitives {
  /** HMAC with SHA-256 (RFC 2104), in an array that the caller owns. */
  hmac(key: Uint8Array, message: Uint8Array): Uint8Array;
  /** Ciphertext and tag. */
  seal(id: AeadId, key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, plaintext: Uint8Array): Uint8Array;
  /** The plaintext, in an array that the caller owns, or `undefined` when the tag does not fit. */
  open(
    id: AeadId,
    key: Uint8Array,
    nonce: Uint8Array,
    aad: Uint8Array,
    ciphertext: Uint8Array,
  ): Uint8Array | undefined;
}

function cipher(id: AeadId, key: Uint8Array, nonce: Uint8Array, aad: Uint8Array) {
  return id === AEAD_AES_128_GCM ? gcm(key, nonce, aad) : chacha20poly1305(key, nonce, aad);
}

/** In plain JavaScript. */
export const portablePrimitives: Primitives = {
  hmac: (key, message) => hmac(sha256, key, message),
  seal: (id, key, nonce, aad, plaintext) => cipher(id, key, nonce, aad).encrypt(plaintext),
  open(id, key, nonce, aad, ciphertext) {
    if (ciphertext.length < AEAD_TAG_SIZE) return undefined;
    try {
      return cipher(id, key, nonce, aad).decrypt(ciphertext);
    } catch {
      // The library signals a wrong tag by throwing; there is nothing in it for the caller to tell apart.
      return undefined;
    }
  },
};
