import { sha3_256 } from '@noble/hashes/sha3.js';
import { ml_kem768 } from '@noble/post-quantum/ml-kem.js';
import { ascii, bigEndian, concat } from '../bytes.js';
import { WireError } from '../error.js';
import { SecretBytes } from '../secret.js';
import { type Primitives, portablePrimitives } from './aead.js';
import { labeledExpand, labeledExtract } from './kdf.js';
import { portableX25519, type X25519, type X25519Key } from './x25519.js';

/** DHKEM(X25519, HKDF-SHA256), RFC 9180 §7.1, and X-Wing, draft-connolly-cfrg-xwing-kem. */
export const KEM_X25519 = 0x0020;
export const KEM_XWING = 0x647a;
export type KemId = typeof KEM_X25519 | typeof KEM_XWING;

/** The private half of one KEM key. Lives as long as one session and is wiped with it. */
export interface KemKeyPair {
  readonly kem: KemId;
  readonly publicKey: Uint8Array;
  /** Opens what is sealed to this key, and seals the answers. */
  readonly primitives: Primitives;
  /** @throws WireError `hpke-bad-key` when `enc` is not a possible encapsulation. */
  decapsulate(enc: Uint8Array): SecretBytes;
  wipe(): void;
}

/** Sizes in bytes of public keys and encapsulations. */
export const KEM_SIZES: Readonly<Record<KemId, { readonly publicKey: number; readonly enc: number }>> = {
  [KEM_X25519]: { publicKey: 32, enc: 32 },
  [KEM_XWING]: { publicKey: 1216, enc: 1120 },
};

const MLKEM_PUBLIC = 1184;
const MLKEM_CIPHERTEXT = 1088;
const XWING_LABEL = Uint8Array.of(0x5c, 0x2e, 0x2f, 0x2f, 0x5e, 0x5c);
const DHKEM_SUITE = concat(ascii('KEM'), bigEndian(KEM_X25519, 2));
const EMPTY = new Uint8Array(0);

export function isKemId(value: number): value is KemId {
  return value === KEM_X25519 || value === KEM_XWING;
}

function expectLength(bytes: Uint8Array, length: number): void {
  if (bytes.length !== length)
    throw new WireError('hpke-bad-key', `a key or encapsulation is not ${length} bytes`);
}

/** X25519, refusing the all-zero result of a small-order point (RFC 7748 §6.1, RFC 9180 §7.1.4). */
function agree(key: X25519Key, peer: Uint8Array): Uint8Array {
  let shared: Uint8Array;
  try {
    shared = key.agree(peer);
  } catch {
    throw new WireError('hpke-bad-key', 'the X25519 public key is not usable');
  }
  let bits = 0;
  for (const byte of shared) bits |= byte;
  if (bits === 0) throw new WireError('hpke-bad-key', 'the X25519 public key is not usable');
  return shared;
}

/** ExtractAndExpand (RFC 9180 §4.1); wipes `dh`. */
function extractAndExpand(
  primitives: Primitives,
  dh: Uint8Array,
  enc: Uint8Array,
  recipient: Uint8Array,
): SecretBytes {
  const prk = labeledExtract(primitives, DHKEM_SUITE, EMPTY, 'eae_prk', dh);
  dh.fill(0);
  const shared = labeledExpand(primitives, DHKEM_SUITE, prk, 'shared_secret', concat(enc, recipient), 32);
  prk.fill(0);
  return new SecretBytes(shared);
}

/** The X-Wing combiner; wipes both shared secrets. */
function combine(
  mlkem: Uint8Array,
  dh: Uint8Array,
  ephemeral: Uint8Array,
  recipient: Uint8Array,
): SecretBytes {
  const input = concat(mlkem, dh, ephemeral, recipient, XWING_LABEL);
  mlkem.fill(0);
  dh.fill(0);
  const shared = sha3_256(input);
  input.fill(0);
  return new SecretBytes(shared);
}

/** DHKEM(X25519) over a given X25519 key, which it owns. */
export function x25519KeyPair(key: X25519Key, primitives: Primitives = portablePrimitives): KemKeyPair {
  return {
    kem: KEM_X25519,
    primitives,
    publicKey: key.publicKey,
    decapsulate(enc) {
      expectLength(enc, KEM_SIZES[KEM_X25519].enc);
      return extractAndExpand(primitives, agree(key, enc), enc, key.publicKey);
    },
    wipe: () => key.wipe(),
  };
}

/** X-Wing over an ML-KEM-768 seed (64 bytes, wiped here) and an X25519 key, which it owns. */
export function xwingKeyPair(
  seed: Uint8Array,
  key: X25519Key,
  primitives: Primitives = portablePrimitives,
): KemKeyPair {
  const mlkem = ml_kem768.keygen(seed);
  seed.fill(0);
  const publicKey = concat(mlkem.publicKey, key.publicKey);
  return {
    kem: KEM_XWING,
    primitives,
    publicKey,
    decapsulate(enc) {
      expectLength(enc, KEM_SIZES[KEM_XWING].enc);
      const ephemeral = enc.subarray(MLKEM_CIPHERTEXT);
      const dh = agree(key, ephemeral);
      const shared = ml_kem768.decapsulate(enc.subarray(0, MLKEM_CIPHERTEXT), mlkem.secretKey);
      return combine(shared, dh, ephemeral, key.publicKey);
    },
    wipe() {
      mlkem.secretKey.fill(0);
      key.wipe();
    },
  };
}

/** A fresh key pair. `x25519` chooses who holds the curve's private key, `primitives` what seals and opens. */
export function generateKemKeyPair(
  kem: KemId,
  x25519: X25519 = portableX25519,
  primitives: Primitives = portablePrimitives,
): KemKeyPair {
  if (kem === KEM_X25519) return x25519KeyPair(x25519.generate(), primitives);
  return xwingKeyPair(crypto.getRandomValues(new Uint8Array(64)), x25519.generate(), primitives);
}

/**
 * Encap (RFC 9180 §4.1; X-Wing §5.4): a shared secret for the holder of `publicKey`.
 * `ephemeral` and `coins` are for test vectors only; both default to fresh randomness.
 * @throws WireError `hpke-bad-key`
 */
export function encapsulate(
  kem: KemId,
  publicKey: Uint8Array,
  ephemeral: X25519Key = portableX25519.generate(),
  coins: Uint8Array = crypto.getRandomValues(new Uint8Array(32)),
): { readonly enc: Uint8Array; readonly shared: SecretBytes } {
  expectLength(publicKey, KEM_SIZES[kem].publicKey);
  try {
    if (kem === KEM_X25519) {
      const shared = extractAndExpand(
        portablePrimitives,
        agree(ephemeral, publicKey),
        ephemeral.publicKey,
        publicKey,
      );
      return { enc: ephemeral.publicKey, shared };
    }
    const recipient = publicKey.subarray(MLKEM_PUBLIC);
    const dh = agree(ephemeral, recipient);
    const { cipherText, sharedSecret } = mlkemEncapsulate(publicKey.subarray(0, MLKEM_PUBLIC), coins);
    const shared = combine(sharedSecret, dh, ephemeral.publicKey, recipient);
    return { enc: concat(cipherText, ephemeral.publicKey), shared };
  } finally {
    ephemeral.wipe();
    coins.fill(0);
  }
}

function mlkemEncapsulate(publicKey: Uint8Array, coins: Uint8Array) {
  try {
    return ml_kem768.encapsulate(publicKey, coins);
  } catch {
    // The encapsulation key check of FIPS 203 §7.2.
    throw new WireError('hpke-bad-key', 'the ML-KEM-768 public key is not usable');
  }
}
