/** Whether a bundle proves what it says: signatures, the place in the tree, the state, the chain of keys. */
import { LedgerError } from '../error.js';
import { inOrder } from '../in-order.js';
import {
  type Entry,
  type KeySet,
  keySetOf,
  requireState,
  verifyEntry,
  verifyKeySet,
} from '../manifest/index.js';
import { type VerifiedCheckpoint, verifyCheckpoint } from '../note/index.js';
import { leafHash, verifyInclusion } from '../tree/index.js';
import type { Bundle } from './bundle.js';
import type { LedgerPolicy } from './policy.js';
import type { VerifiedEntry } from './verified-entry.js';

/**
 * @throws LedgerError `note-…`, `checkpoint-origin`, `cosignature-…`, `proof-…`, `state-mismatch`, `keys-genesis`,
 *   `keys-chain`, `signature-…`
 */
export async function verifyBundle(bundle: Bundle, policy: LedgerPolicy): Promise<VerifiedEntry> {
  const [checkpoint] = await inOrder([verifyPlace(bundle, policy), verifySigners(bundle, policy.keys)]);
  const { entry, proof, state } = bundle;
  return { entry, index: proof.index, checkpoint, state };
}

/** @returns the checkpoint, which commits to the entry at its place and to the state */
async function verifyPlace(
  { entryBytes, proof, stateBytes }: Bundle,
  { log, witnesses }: LedgerPolicy,
): Promise<VerifiedCheckpoint> {
  const checkpoint = await verifyCheckpoint(proof.checkpoint, log, witnesses);
  const { size, root } = checkpoint;
  verifyInclusion(leafHash(entryBytes), { index: proof.index, size, hashes: proof.hashes }, root);
  requireState(stateBytes, checkpoint.extensions);
  return checkpoint;
}

/** Follows the key sets from the one that the policy names, and verifies the entry by the one in force at its place. */
async function verifySigners({ entry, proof, state, keySets }: Bundle, pinned: string): Promise<void> {
  const listed = state.keys.map(({ manifest }) => manifest);
  if (keySets.length !== listed.length || keySets.some(({ id }, i) => id !== listed[i])) {
    throw new LedgerError('keys-chain', "the key sets are not those of the log's state");
  }
  const first = listed.indexOf(pinned);
  if (first < 0) {
    throw new LedgerError('keys-genesis', 'the key set that the policy names is not in this log');
  }
  // Those before the named one are not needed, and nothing vouches for them.
  const chain = keySets.slice(first);
  const sets = chain.map(keySetOf);
  const checks = chain.map((set, i) => verifyKeySet(set, sets[i - 1]));
  const inForce = sets.findLast((_, i) => state.keys[first + i]!.index < proof.index);
  await inOrder([...checks, verifyOrdinary(entry, inForce)]);
}

/** Key sets are verified as the chain that they are. */
async function verifyOrdinary(entry: Entry, inForce: KeySet | undefined): Promise<void> {
  if (entry.manifest.type === 'keys') return;
  if (!inForce) throw new LedgerError('keys-chain', 'the entry is older than the keys that the policy names');
  await verifyEntry(entry, inForce);
}
