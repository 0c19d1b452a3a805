import { x25519 } from '@noble/curves/ed25519.js';

/**
 * The Diffie-Hellman function of RFC 7748 §5, pluggable: a server gives native keys whose memory the operating
 * system's library wipes, a browser uses the default.
 */
export interface X25519 {
  generate(): X25519Key;
}

/** One private key. `agree` returns 32 bytes that the caller owns and wipes. */
export interface X25519Key {
  readonly publicKey: Uint8Array;
  agree(peer: Uint8Array): Uint8Array;
  wipe(): void;
}

/** A key from 32 given bytes, which it owns from then on. */
export function portableX25519Key(secret: Uint8Array): X25519Key {
  const publicKey = x25519.getPublicKey(secret);
  return {
    publicKey,
    agree: (peer) => x25519.getSharedSecret(secret, peer),
    wipe: () => {
      secret.fill(0);
    },
  };
}

/** Portable keys in plain JavaScript: for clients, where the engine's heap is the user's own. */
export const portableX25519: X25519 = {
  generate: () => portableX25519Key(crypto.getRandomValues(new Uint8Array(32))),
};
