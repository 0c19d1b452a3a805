import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto';
import { type AEAD_AES_128_GCM, AEAD_TAG_SIZE, type AeadId, type Primitives } from '../index.js';

/** OpenSSL's names. Both ciphers are typed alike, as authenticated ones. */
const NAMES = { 1: 'aes-128-gcm', 3: 'chacha20-poly1305' } as const satisfies Record<AeadId, string>;
const TAG = { authTagLength: AEAD_TAG_SIZE };

const nameOf = (id: AeadId): 'aes-128-gcm' => NAMES[id as typeof AEAD_AES_128_GCM];

/**
 * AES-GCM and ChaCha20-Poly1305 by OpenSSL, which cleanses its memory of a key when the last byte has been worked on.
 *
 * Not for the engine: Node copies what it opened and frees the first copy as it is. For a gateway that is the sealed
 * request of an inner layer; for the engine it would be a message.
 */
export const nativePrimitives: Primitives = {
  hmac: (key, message) => createHmac('sha256', key).update(message).digest(),
  seal(id, key, nonce, aad, plaintext) {
    const cipher = createCipheriv(nameOf(id), key, nonce, TAG);
    cipher.setAAD(aad, { plaintextLength: plaintext.length });
    const ciphertext = cipher.update(plaintext);
    // A stream cipher holds nothing back.
    cipher.final();
    const sealed = new Uint8Array(ciphertext.length + AEAD_TAG_SIZE);
    sealed.set(ciphertext);
    sealed.set(cipher.getAuthTag(), ciphertext.length);
    return sealed;
  },
  open(id, key, nonce, aad, ciphertext) {
    const length = ciphertext.length - AEAD_TAG_SIZE;
    if (length < 0) return undefined;
    const decipher = createDecipheriv(nameOf(id), key, nonce, TAG);
    decipher.setAAD(aad, { plaintextLength: length });
    decipher.setAuthTag(ciphertext.subarray(length));
    const opened = decipher.update(ciphertext.subarray(0, length));
    try {
      decipher.final();
    } catch {
      // OpenSSL signals a wrong tag by throwing; what it made of the bytes before is not to be seen.
      opened.fill(0);
      return undefined;
    }
    return new Uint8Array(opened.buffer, opened.byteOffset, opened.length);
  },
};
