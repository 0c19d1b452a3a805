export {
  AEAD_AES_128_GCM,
  AEAD_CHACHA20_POLY1305,
  AEAD_KEY_SIZE,
  AEAD_TAG_SIZE,
  type AeadId,
  isAeadId,
  type Primitives,
  portablePrimitives,
} from './aead.js';
export { HpkeContext, type HpkeSuite, KDF_HKDF_SHA256, SealingState } from './context.js';
export {
  encapsulate,
  generateKemKeyPair,
  isKemId,
  KEM_SIZES,
  KEM_X25519,
  KEM_XWING,
  type KemId,
  type KemKeyPair,
  x25519KeyPair,
  xwingKeyPair,
} from './kem.js';
export { portableX25519, portableX25519Key, type X25519, type X25519Key } from './x25519.js';
