import { ascii, bigEndian, concat } from '../bytes.js';
import type { Primitives } from './aead.js';

type Hmac = Pick<Primitives, 'hmac'>;

const HASH_SIZE = 32;
const EMPTY = new Uint8Array(0);
const VERSION = ascii('HPKE-v1');

/** HKDF-Extract with SHA-256 (RFC 5869 §2.2). */
export function hkdfExtract({ hmac }: Hmac, salt: Uint8Array, ikm: Uint8Array): Uint8Array {
  return hmac(salt, ikm);
}

/** HKDF-Expand with SHA-256 (RFC 5869 §2.3). */
export function hkdfExpand({ hmac }: Hmac, prk: Uint8Array, info: Uint8Array, length: number): Uint8Array {
  const expanded = new Uint8Array(length);
  let block: Uint8Array = EMPTY;
  for (let at = 0, i = 1; at < length; at += HASH_SIZE, i++) {
    const input = concat(block, info, Uint8Array.of(i));
    block.fill(0);
    block = hmac(prk, input);
    input.fill(0);
    expanded.set(block.subarray(0, length - at), at);
  }
  block.fill(0);
  return expanded;
}

/** LabeledExtract (RFC 9180 §4). The labelled input holds the key material, so it is wiped. */
export function labeledExtract(
  primitives: Hmac,
  suite: Uint8Array,
  salt: Uint8Array,
  label: string,
  ikm: Uint8Array,
): Uint8Array {
  const labeled = concat(VERSION, suite, ascii(label), ikm);
  try {
    return hkdfExtract(primitives, salt, labeled);
  } finally {
    labeled.fill(0);
  }
}

/** LabeledExpand (RFC 9180 §4). */
export function labeledExpand(
  primitives: Hmac,
  suite: Uint8Array,
  prk: Uint8Array,
  label: string,
  info: Uint8Array,
  length: number,
): Uint8Array {
  return hkdfExpand(
    primitives,
    prk,
    concat(bigEndian(length, 2), VERSION, suite, ascii(label), info),
    length,
  );
}
