import {
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto';
import type { X25519, X25519Key } from '../index.js';

/** RFC 8410's PrivateKeyInfo of an X25519 key, up to the key. */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b656e04220420', 'hex');

/**
 * X25519 by OpenSSL: the private key stays outside of the JavaScript heap, and OpenSSL cleanses its memory when the
 * object is collected. Public keys go in and out as JWK (RFC 8037): OpenSSL takes many times longer to read and write DER.
 */
export const nativeX25519: X25519 = {
  generate() {
    const { publicKey, privateKey } = generateKeyPairSync('x25519');
    return held(privateKey, publicKey);
  },
};

/** A key from 32 given bytes, which are wiped. */
export function nativeX25519Key(secret: Uint8Array): X25519Key {
  const der = Buffer.concat([PKCS8_PREFIX, secret]);
  secret.fill(0);
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  der.fill(0);
  return held(key, createPublicKey(key));
}

function held(key: KeyObject, publicKey: KeyObject): X25519Key {
  let privateKey: KeyObject | undefined = key;
  return {
    publicKey: new Uint8Array(Buffer.from(publicKey.export({ format: 'jwk' }).x!, 'base64url')),
    agree(peer) {
      if (!privateKey) throw new Error('the key has been wiped');
      const x = Buffer.from(peer).toString('base64url');
      return diffieHellman({
        privateKey,
        publicKey: createPublicKey({ key: { kty: 'OKP', crv: 'X25519', x }, format: 'jwk' }),
      });
    },
    wipe() {
      privateKey = undefined;
    },
  };
}
