import { expand, extract } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { ascii, bigEndian, concat } from '../bytes.js';

const VERSION = ascii('HPKE-v1');

/** HKDF-Extract with SHA-256 (RFC 5869 §2.2). */
export function hkdfExtract(salt: Uint8Array, ikm: Uint8Array): Uint8Array {
  return extract(sha256, ikm, salt);
}

/** HKDF-Expand with SHA-256 (RFC 5869 §2.3). */
export function hkdfExpand(prk: Uint8Array, info: Uint8Array, length: number): Uint8Array {
  return expand(sha256, prk, info, length);
}

/** LabeledExtract (RFC 9180 §4). The labelled input holds the key material, so it is wiped. */
export function labeledExtract(
  suite: Uint8Array,
  salt: Uint8Array,
  label: string,
  ikm: Uint8Array,
): Uint8Array {
  const labeled = concat(VERSION, suite, ascii(label), ikm);
  try {
    return hkdfExtract(salt, labeled);
  } finally {
    labeled.fill(0);
  }
}

/** LabeledExpand (RFC 9180 §4). */
export function labeledExpand(
  suite: Uint8Array,
  prk: Uint8Array,
  label: string,
  info: Uint8Array,
  length: number,
): Uint8Array {
  return hkdfExpand(prk, concat(bigEndian(length, 2), VERSION, suite, ascii(label), info), length);
}
