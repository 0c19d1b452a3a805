/** Reading a whole log and believing nothing: every tile, every entry's signatures, the tree, the state, the witnesses. */
import { equalBytes } from '../wire/index.js';
import { type LedgerPolicy, requireLedgerPolicy, requireWitnessed } from './bundle/index.js';
import { LedgerError } from './error.js';
import { type Entry, EntryIndex, encodeState, parseEntry, requireState } from './manifest/index.js';
import { type VerifiedCheckpoint, verifyCheckpoint } from './note/index.js';
import {
  type FetchTile,
  leafHash,
  parseHashTile,
  rootOf,
  TILE_WIDTH,
  TileReader,
  tileWidth,
  verifyConsistency,
} from './tree/index.js';

export interface AuditOptions {
  /** The cosigned checkpoint. */
  readonly checkpoint: Uint8Array;
  readonly tile: FetchTile;
  readonly policy: LedgerPolicy;
  /** In seconds since 1970. */
  readonly now: number;
  /** Is shown every entry that was found good. */
  readonly entry?: (entry: Entry, index: number) => void;
}

export interface AuditReport {
  readonly checkpoint: VerifiedCheckpoint;
  /** Tiles of hashes that were compared with the entries. */
  readonly tiles: number;
  /** By type. */
  readonly entries: Readonly<Record<string, number>>;
  readonly state: EntryIndex['state'];
}

/**
 * @throws LedgerError with the code of the first thing that is wrong: `tile-…`, `tree-…`, `note-…`, `cosignature-…`,
 *   `witness-quorum`, `checkpoint-…`, `entry-…`, `manifest-…`, `signature-…`, `keys-…`, `state-mismatch`
 */
export async function auditLog({
  checkpoint: note,
  tile,
  policy,
  now,
  entry: show,
}: AuditOptions): Promise<AuditReport> {
  requireLedgerPolicy(policy);
  const checkpoint = await verifyCheckpoint(note, policy.log, policy.witnesses);
  requireWitnessed(checkpoint, policy, now);
  const { size } = checkpoint;
  const reader = new TileReader(tile, size);
  const index = new EntryIndex();
  const entries: Record<string, number> = {};
  let level: Uint8Array[] = [];
  for (let bundle = 0; bundle * TILE_WIDTH < size; bundle++) {
    const bytes = await reader.entries(bundle);
    const leaves = bytes.map(leafHash);
    level = level.concat(leaves);
    await requireTile(tile, 0, bundle, size, leaves);
    for (const [entry, place] of await admitted(index, bytes, bundle * TILE_WIDTH)) {
      entries[entry.manifest.type] = (entries[entry.manifest.type] ?? 0) + 1;
      show?.(entry, place);
    }
  }
  const tiles = await requireTree(tile, checkpoint, level);
  const pinned = index.state.keys.some(({ manifest }) => manifest === policy.keys);
  if (!pinned) throw new LedgerError('keys-genesis', 'the key set that the policy names is not in this log');
  requireState(encodeState(index.state), checkpoint.extensions);
  return { checkpoint, tiles, entries, state: index.state };
}

/** Signatures of entries between two key sets are independent: all are verified at once, then all entries are taken in order. */
async function admitted(
  index: EntryIndex,
  bundle: readonly Uint8Array[],
  first: number,
): Promise<(readonly [Entry, number])[]> {
  const placed = bundle.map((bytes, i) => [parseEntry(bytes), first + i] as const);
  let group: (readonly [Entry, number])[] = [];
  const settle = async (): Promise<void> => {
    await Promise.all(group.map(([entry]) => index.admit(entry)));
    for (const [entry, place] of group) index.add(entry, place);
    group = [];
  };
  for (const pair of placed) {
    const alone = pair[0].manifest.type === 'keys' || pair[0].manifest.type === 'revocation';
    if (alone) await settle();
    group.push(pair);
    if (alone) await settle();
  }
  await settle();
  return placed;
}

/** Every tile above the leaves, and the root. @returns how many tiles there are */
async function requireTree(
  fetch: FetchTile,
  { size, root }: VerifiedCheckpoint,
  leaves: Uint8Array[],
): Promise<number> {
  let tiles = Math.ceil(leaves.length / TILE_WIDTH);
  let hashes = leaves;
  for (let level = 1; hashes.length >= TILE_WIDTH; level++) {
    const above: Uint8Array[] = [];
    for (let at = 0; at + TILE_WIDTH <= hashes.length; at += TILE_WIDTH) {
      above.push(rootOf(hashes.slice(at, at + TILE_WIDTH)));
    }
    for (let i = 0; i * TILE_WIDTH < above.length; i++, tiles++) {
      await requireTile(fetch, level, i, size, above.slice(i * TILE_WIDTH, (i + 1) * TILE_WIDTH));
    }
    hashes = above;
  }
  if (leaves.length > 0 && equalBytes(rootOf(leaves), root)) return tiles;
  throw new LedgerError('tree-root', 'the entries do not give the tree that the log signed');
}

async function requireTile(
  fetch: FetchTile,
  level: number,
  index: number,
  size: number,
  expected: readonly Uint8Array[],
): Promise<void> {
  const width = tileWidth(level, index, size);
  const hashes = parseHashTile(await fetch({ level, index, width }), width);
  if (hashes.length === expected.length && hashes.every((hash, i) => equalBytes(hash, expected[i]!))) return;
  throw new LedgerError(
    'tile-mismatch',
    `tile ${level}/${index} does not have the hashes of what is below it`,
  );
}

/**
 * Compares two views of one log. Each checkpoint is verified by the caller.
 * @param tile tiles of the log that the larger view is of
 * @throws LedgerError `tree-split-view` when they are not one log; what reading throws
 */
export async function compareViews(
  one: VerifiedCheckpoint,
  other: VerifiedCheckpoint,
  tile: { readonly ofOne: FetchTile; readonly ofOther: FetchTile },
): Promise<void> {
  const [older, newer, fetch] =
    one.size <= other.size ? [one, other, tile.ofOther] : [other, one, tile.ofOne];
  try {
    verifyConsistency(older, newer, await new TileReader(fetch, newer.size).consistencyProof(older.size));
  } catch (cause) {
    if (!(cause instanceof LedgerError) || cause.code !== 'proof-consistency') throw cause;
    throw new LedgerError(
      'tree-split-view',
      `the log shows different trees: ${older.size} and ${newer.size} entries, the larger does not begin with the smaller. Keep both checkpoints: together they prove it`,
      { cause },
    );
  }
}
