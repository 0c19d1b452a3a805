import { ByteReader, bigEndian, concat } from './bytes.js';
import { WireError } from './error.js';
import {
  AEAD_AES_128_GCM,
  AEAD_CHACHA20_POLY1305,
  isKemId,
  KDF_HKDF_SHA256,
  KEM_SIZES,
  type KemId,
} from './hpke/index.js';

/** The media type of a list of key configurations, RFC 9458 §3.2. */
export const KEY_CONFIG_LIST_TYPE = 'application/ohttp-keys';

/** One symmetric algorithm pair, RFC 9458 §3.1. */
export interface SymmetricSuite {
  readonly kdf: number;
  readonly aead: number;
}

/** A key configuration, RFC 9458 §3.1. */
export interface KeyConfig {
  /** 0 to 255. */
  readonly keyId: number;
  readonly kem: KemId;
  readonly publicKey: Uint8Array;
  readonly suites: readonly SymmetricSuite[];
}

/** What our servers offer: both AEADs, the one that is fast without AES instructions second. */
export const OFFERED_SUITES: readonly SymmetricSuite[] = [
  { kdf: KDF_HKDF_SHA256, aead: AEAD_AES_128_GCM },
  { kdf: KDF_HKDF_SHA256, aead: AEAD_CHACHA20_POLY1305 },
];

/** The bytes of one key configuration, RFC 9458 §3.1. */
export function encodeKeyConfig(config: KeyConfig): Uint8Array {
  const suites = config.suites.map((s) => concat(bigEndian(s.kdf, 2), bigEndian(s.aead, 2)));
  return concat(
    bigEndian(config.keyId, 1),
    bigEndian(config.kem, 2),
    config.publicKey,
    bigEndian(suites.length * 4, 2),
    ...suites,
  );
}

/**
 * Parses one key configuration.
 * @throws WireError `key-config-malformed`; `key-config-unsupported` for a KEM that this code does not have
 */
export function decodeKeyConfig(bytes: Uint8Array): KeyConfig {
  const reader = new ByteReader(bytes, 'key-config-malformed');
  const keyId = reader.uint(1);
  const kem = reader.uint(2);
  if (!isKemId(kem))
    throw new WireError('key-config-unsupported', 'the key configuration uses an unknown KEM');
  const publicKey = reader.take(KEM_SIZES[kem].publicKey);
  const length = reader.uint(2);
  if (length === 0 || length % 4 !== 0 || length !== reader.remaining) {
    throw new WireError('key-config-malformed', 'the list of symmetric algorithms has a wrong length');
  }
  const suites: SymmetricSuite[] = [];
  while (reader.remaining > 0) suites.push({ kdf: reader.uint(2), aead: reader.uint(2) });
  return { keyId, kem, publicKey, suites };
}

/** `application/ohttp-keys`, RFC 9458 §3.2. */
export function encodeKeyConfigList(configs: readonly KeyConfig[]): Uint8Array {
  return concat(
    ...configs.map((config) => {
      const bytes = encodeKeyConfig(config);
      return concat(bigEndian(bytes.length, 2), bytes);
    }),
  );
}

/**
 * Parses `application/ohttp-keys`. Configurations with unknown KEMs are passed over, as RFC 9458 §3.2 asks.
 * @throws WireError `key-config-malformed`; `key-config-unsupported` when none is left
 */
export function decodeKeyConfigList(bytes: Uint8Array): readonly KeyConfig[] {
  const reader = new ByteReader(bytes, 'key-config-malformed');
  const configs: KeyConfig[] = [];
  while (reader.remaining > 0) {
    const item = reader.take(reader.uint(2));
    const kem = item.length >= 3 ? item[1]! * 256 + item[2]! : -1;
    if (kem === -1) throw new WireError('key-config-malformed', 'a key configuration is too short');
    if (isKemId(kem)) configs.push(decodeKeyConfig(item));
  }
  if (configs.length === 0)
    throw new WireError('key-config-unsupported', 'no key configuration has a known KEM');
  return configs;
}
