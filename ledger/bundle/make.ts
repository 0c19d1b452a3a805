/** Bundles as a log makes them: for what it has published, from its tiles. */

import { LedgerError } from '../error.js';
import { parseState } from '../manifest/index.js';
import { parseCheckpoint, parseNote } from '../note/index.js';
import { type FetchTile, TileReader } from '../tree/index.js';
import { encodeBundle } from './bundle.js';

/** What a bundle is made from; all of it is public. */
export interface BundleSource {
  /** A cosigned checkpoint. */
  readonly checkpoint: Uint8Array;
  /** The state that it commits to. */
  readonly state: Uint8Array;
  readonly tile: FetchTile;
}

/**
 * The bundle of the entry at a place.
 * @throws LedgerError `tree-size` when the checkpoint does not cover it yet; what reading throws
 */
export async function makeBundle(
  { checkpoint, state, tile }: BundleSource,
  index: number,
): Promise<Uint8Array> {
  const { size } = parseCheckpoint(parseNote(checkpoint).text);
  if (index >= size) throw new LedgerError('tree-size', 'the checkpoint does not cover the entry yet');
  const reader = new TileReader(tile, size);
  const keySets = parseState(state).keys.map((key) => reader.entry(key.index));
  const [entry, { hashes }] = await Promise.all([reader.entry(index), reader.inclusionProof(index)]);
  return encodeBundle({
    entry,
    proof: { index, hashes, checkpoint },
    state,
    keySets: await Promise.all(keySets),
  });
}
