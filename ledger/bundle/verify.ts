/** Whether a bundle proves what it says: signatures, the place in the tree, the state, the chain of keys. */
import { LedgerError } from '../error.js';
import { type KeySet, requireState, verifyEntry, verifyKeySet } from '../manifest/index.js';
import { verifyCheckpoint } from '../note/index.js';
import { leafHash, verifyInclusion } from '../tree/index.js';
import type { Bundle } from './bundle.js';
import type { LedgerPolicy } from './policy.js';
import type { VerifiedEntry } from './verified-entry.js';

/**
 * @throws LedgerError `note-…`, `checkpoint-origin`, `cosignature-…`, `proof-…`, `state-mismatch`, `keys-genesis`,
 *   `keys-chain`, `signature-…`
 */
export async function verifyBundle(bundle: Bundle, policy: LedgerPolicy): Promise<VerifiedEntry> {
  const { entry, entryBytes, proof, state, stateBytes } = bundle;
  const checkpoint = await verifyCheckpoint(proof.checkpoint, policy.log, policy.witnesses);
  const { size, root } = checkpoint;
  verifyInclusion(leafHash(entryBytes), { index: proof.index, size, hashes: proof.hashes }, root);
  requireState(stateBytes, checkpoint.extensions);
  await verifySigners(bundle, policy.keys);
  return { entry, index: proof.index, checkpoint, state };
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
  let inForce: KeySet | undefined;
  let before: KeySet | undefined;
  for (const [i, set] of keySets.entries()) {
    // Those before the named one are not needed, and nothing vouches for them.
    if (i < first) continue;
    before = await verifyKeySet(set, before);
    if (state.keys[i]!.index < proof.index) inForce = before;
  }
  if (entry.manifest.type === 'keys') return;
  if (!inForce) throw new LedgerError('keys-chain', 'the entry is older than the keys that the policy names');
  await verifyEntry(entry, inForce);
}
