/** The hashes of the log's Merkle tree, RFC 6962 §2.1. */
import { sha256 } from '@noble/hashes/sha2.js';
import { concat, parentsOf } from '../../wire/index.js';

export const HASH_BYTES = 32;
const LEAF = Uint8Array.of(0);

/** The root of the tree without leaves: `SHA-256("")`. */
export const EMPTY_ROOT: Uint8Array = sha256(new Uint8Array(0));

/** `SHA-256(0x00 ‖ entry)`. */
export const leafHash = (entry: Uint8Array): Uint8Array => sha256(concat(LEAF, entry));

/** The root over hashes of one level, at least one: RFC 6962's split at a power of two. */
export function rootOf(hashes: readonly Uint8Array[]): Uint8Array {
  let level = hashes;
  while (level.length > 1) {
    level = parentsOf(level);
  }
  return level[0]!;
}
