/** Verifying proofs, RFC 9162 §2.1.3.2 and §2.1.4.2 (the trees are RFC 6962's). */
import { equalBytes, followPath, nodeHash } from '../../wire/index.js';
import { LedgerError } from '../error.js';
import { EMPTY_ROOT, HASH_BYTES } from './hash.js';

/** Where a leaf is in a tree, and the hashes beside its way to the root, from the leaf upwards. */
export interface InclusionProof {
  readonly index: number;
  readonly size: number;
  readonly hashes: readonly Uint8Array[];
}

export interface TreeHead {
  readonly size: number;
  readonly root: Uint8Array;
}

/**
 * Refuses a leaf that is not where the proof says.
 * @param leaf its leaf hash
 * @throws LedgerError `proof-malformed` when no tree of that size has such a path, `proof-inclusion`
 */
export function verifyInclusion(leaf: Uint8Array, { index, size, hashes }: InclusionProof, root: Uint8Array) {
  requireHashes(hashes);
  if (!isSize(size) || !isSize(index) || index >= size) {
    throw new LedgerError('proof-malformed', `the proof names leaf ${index} of ${size}`);
  }
  const found = followPath(leaf, { index, size, hashes });
  if (typeof found === 'string') {
    throw new LedgerError('proof-malformed', `the inclusion proof is ${found}`);
  }
  if (!equalBytes(found, root)) {
    throw new LedgerError(
      'proof-inclusion',
      'the entry is not in the tree at the place that the proof names',
    );
  }
}

/**
 * Refuses a newer tree that does not begin with the older one.
 * @throws LedgerError `tree-size` when the newer one is smaller, `proof-malformed`, `proof-consistency`
 */
export function verifyConsistency(older: TreeHead, newer: TreeHead, proof: readonly Uint8Array[]): void {
  requireHashes(proof);
  if (!isSize(older.size) || !isSize(newer.size) || newer.size < older.size) {
    throw new LedgerError('tree-size', `the tree shrank from ${older.size} to ${newer.size} entries`);
  }
  if (older.size === newer.size || older.size === 0) {
    if (proof.length > 0) throw new LedgerError('proof-malformed', 'the consistency proof is too long');
    const expected = older.size === 0 ? EMPTY_ROOT : newer.root;
    if (!equalBytes(older.root, expected)) throw inconsistent();
    return;
  }
  let [position, last] = [older.size - 1, newer.size - 1];
  while (position % 2 === 1) [position, last] = [half(position), half(last)];
  const rest = [...proof];
  // A tree that is a power of two is itself the first hash of the proof.
  const first = position === 0 ? older.root : rest.shift();
  if (!first) throw new LedgerError('proof-malformed', 'the consistency proof is too short');
  let [old, now] = [first, first];
  for (const sibling of rest) {
    if (last === 0) throw new LedgerError('proof-malformed', 'the consistency proof is too long');
    if (position % 2 === 1 || position === last) {
      old = nodeHash(sibling, old);
      now = nodeHash(sibling, now);
      while (position % 2 === 0 && position !== 0) [position, last] = [half(position), half(last)];
    } else {
      now = nodeHash(now, sibling);
    }
    [position, last] = [half(position), half(last)];
  }
  if (last !== 0) throw new LedgerError('proof-malformed', 'the consistency proof is too short');
  if (!equalBytes(old, older.root) || !equalBytes(now, newer.root)) throw inconsistent();
}

const half = (n: number): number => Math.floor(n / 2);
const isSize = (n: number): boolean => Number.isSafeInteger(n) && n >= 0;

function inconsistent(): LedgerError {
  return new LedgerError('proof-consistency', 'the newer tree does not begin with the older one');
}

function requireHashes(hashes: readonly Uint8Array[]): void {
  if (hashes.length > 63 || hashes.some((hash) => hash.length !== HASH_BYTES)) {
    throw new LedgerError('proof-malformed', 'a proof is made of at most 63 hashes of 32 bytes');
  }
}
