/** The Merkle trees of RFC 6962 §2.1, as sessions' bindings and the log have them. */
import { sha256 } from '@noble/hashes/sha2.js';
import { concatBytes } from '@noble/hashes/utils.js';

const NODE = Uint8Array.of(1);

/** `SHA-256(0x01 ‖ left ‖ right)`. */
export const nodeHash = (left: Uint8Array, right: Uint8Array): Uint8Array =>
  sha256(concatBytes(NODE, left, right));

/** The next level up. A last node without a sibling rises as it is: that is RFC 6962's split at a power of two. */
export function parentsOf(level: readonly Uint8Array[]): Uint8Array[] {
  const up: Uint8Array[] = [];
  for (let i = 0; i < level.length; i += 2) {
    const right = level[i + 1];
    up.push(right ? nodeHash(level[i]!, right) : level[i]!);
  }
  return up;
}

/**
 * The root that a leaf's siblings lead to in a tree of `size` leaves (RFC 9162 §2.1.3.2).
 *
 * @returns what is wrong with the path instead, when it cannot belong to a tree of that size
 */
export function followPath(
  leaf: Uint8Array,
  {
    index,
    size,
    hashes,
  }: {
    /** Below `size`. */
    readonly index: number;
    readonly size: number;
    /** From the leaf upwards. */
    readonly hashes: readonly Uint8Array[];
  },
): Uint8Array | 'too long' | 'too short' {
  const half = (n: number): number => Math.floor(n / 2);
  let [position, last] = [index, size - 1];
  let root = leaf;
  for (const sibling of hashes) {
    if (last === 0) return 'too long';
    if (position % 2 === 1 || position === last) {
      root = nodeHash(sibling, root);
      while (position % 2 === 0 && position !== 0) [position, last] = [half(position), half(last)];
    } else {
      root = nodeHash(root, sibling);
    }
    [position, last] = [half(position), half(last)];
  }
  return last === 0 ? root : 'too short';
}
