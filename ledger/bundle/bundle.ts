/**
 * A proof bundle: all that a client needs to believe, offline, that everybody can see an entry, and that it is not revoked.
 */
import { type CborValue, decodeCbor, encodeCbor, WireError } from '../../wire/index.js';
import { LedgerError } from '../error.js';
import { type Entry, type LedgerState, parseEntry, parseState, utf8 } from '../manifest/index.js';
import { type Checkpoint, parseCheckpoint, parseNote } from '../note/index.js';
import { formatProof, type LogProof, parseProof } from './proof.js';

/** As bytes. */
export interface BundleParts {
  readonly entry: Uint8Array;
  readonly proof: LogProof;
  /** The state that the checkpoint commits to. */
  readonly state: Uint8Array;
  /** All key sets up to that checkpoint, oldest first. */
  readonly keySets: readonly Uint8Array[];
}

/** As values; nothing of it is verified yet. */
export interface Bundle {
  readonly entryBytes: Uint8Array;
  readonly entry: Entry;
  readonly proof: LogProof;
  readonly checkpoint: Checkpoint;
  readonly stateBytes: Uint8Array;
  readonly state: LedgerState;
  readonly keySets: readonly Entry[];
}

/** No bundle is longer. */
export const MAX_BUNDLE_BYTES = 512 * 1024;
const MAX_KEY_SETS = 256;

/** `{1: entry, 2: proof, 3: state, 4: [+ key set]}`. */
export function encodeBundle({ entry, proof, state, keySets }: BundleParts): Uint8Array<ArrayBuffer> {
  return encodeCbor(
    new Map<number, CborValue>([
      [1, entry],
      [2, utf8(formatProof(proof))],
      [3, state],
      [4, [...keySets]],
    ]),
  );
}

/**
 * @throws LedgerError `bundle-malformed`, `proof-malformed`, `entry-…`, `signature-…`, `manifest-…`, `state-malformed`,
 *   `note-malformed`, `checkpoint-malformed`
 */
export function parseBundle(bytes: Uint8Array): Bundle {
  const map = mapOf(bytes);
  const [entryBytes, proofBytes, stateBytes] = [1, 2, 3].map((key) => bytesOf(map.get(key))) as [
    Uint8Array,
    Uint8Array,
    Uint8Array,
  ];
  const keySets = map.get(4);
  if (map.size !== 4 || !Array.isArray(keySets) || keySets.length === 0 || keySets.length > MAX_KEY_SETS) {
    throw malformed();
  }
  const proof = parseProof(proofBytes);
  return {
    entryBytes,
    entry: parseEntry(entryBytes),
    proof,
    checkpoint: parseCheckpoint(parseNote(proof.checkpoint).text),
    stateBytes,
    state: parseState(stateBytes),
    keySets: (keySets as readonly CborValue[]).map((entry) => parseEntry(bytesOf(entry))),
  };
}

function mapOf(bytes: Uint8Array): ReadonlyMap<number, CborValue> {
  if (bytes.length > MAX_BUNDLE_BYTES) throw malformed();
  try {
    const value = decodeCbor(bytes);
    if (value instanceof Map) return value as ReadonlyMap<number, CborValue>;
  } catch (cause) {
    if (!(cause instanceof WireError)) throw cause;
    throw malformed(cause);
  }
  throw malformed();
}

function bytesOf(value: CborValue | undefined): Uint8Array {
  if (value instanceof Uint8Array) return value;
  throw malformed();
}

function malformed(cause?: unknown): LedgerError {
  return new LedgerError('bundle-malformed', 'the proof bundle is malformed', { cause });
}
