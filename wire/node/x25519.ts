import {
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto';
import type { X25519, X25519Key } from '../index.js';

/** RFC 8410's SubjectPublicKeyInfo of an X25519 key, up to the key. */
const SPKI_PREFIX = Buffer.from('302a300506032b656e032100', 'hex');

/** RFC 8410's PrivateKeyInfo of an X25519 key, up to the key. */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b656e04220420', 'hex');

/**
 * X25519 by OpenSSL: the private key stays outside of the JavaScript heap, and OpenSSL cleanses its memory when the
 * object is collected.
 */
export const nativeX25519: X25519 = {
  generate: () => held(generateKeyPairSync('x25519').privateKey),
};

/** A key from 32 given bytes, which are wiped. */
export function nativeX25519Key(secret: Uint8Array): X25519Key {
  const der = Buffer.concat([PKCS8_PREFIX, secret]);
  secret.fill(0);
  const key = held(createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }));
  der.fill(0);
  return key;
}

function held(key: KeyObject): X25519Key {
  let privateKey: KeyObject | undefined = key;
  const spki = createPublicKey(key).export({ type: 'spki', format: 'der' });
  return {
    publicKey: new Uint8Array(spki.subarray(SPKI_PREFIX.length)),
    agree(peer) {
      if (!privateKey) throw new Error('the key has been wiped');
      const publicKey = createPublicKey({
        key: Buffer.concat([SPKI_PREFIX, peer]),
        format: 'der',
        type: 'spki',
      });
      return diffieHellman({ privateKey, publicKey });
    },
    wipe() {
      privateKey = undefined;
    },
  };
}
