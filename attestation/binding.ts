/**
 * The session binding: many sessions share one hardware report through a Merkle tree (RFC 6962 §2.1), and each
 * session proves with its own audit path that its nonce and keys were in the tree the report was made over.
 */
import { sha256, sha512 } from '@noble/hashes/sha2.js';
import { concatBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import { followPath, parentsOf } from '../wire/index.js';
import { AttestationError } from './error.js';

const HASH_BYTES = 32;
const MAX_LEAVES = 2 ** 31;
const LEAF_PREFIX = concatBytes(Uint8Array.of(0), utf8ToBytes('sotto-session-v1'));
const PEER_PREFIX = concatBytes(Uint8Array.of(0), utf8ToBytes('sotto-peer-v1'));
const NO_KEY_CONFIG = new Uint8Array(0);
const REPORT_DATA_PREFIX = utf8ToBytes('sotto-report-data-v1');

/** Where a leaf sits in a tree of `size` leaves, and the sibling hashes from its level upwards. */
export interface AuditPath {
  readonly index: number;
  readonly size: number;
  readonly hashes: readonly Uint8Array[];
}

/**
 * The leaf of one session: `SHA-256(0x00 ‖ "sotto-session-v1" ‖ spkiHash ‖ nonce ‖ SHA-256(keyConfig))`.
 *
 * @param spkiHash SHA-256 of the RA-TLS certificate's SubjectPublicKeyInfo, 32 bytes
 * @param nonce the client's nonce, 32 bytes
 * @param keyConfig the session's encoded OHTTP key config
 * @throws AttestationError `binding-malformed` when a length is wrong
 */
export function sessionLeaf(spkiHash: Uint8Array, nonce: Uint8Array, keyConfig: Uint8Array): Uint8Array {
  requireBytes(spkiHash, HASH_BYTES, 'the SPKI hash');
  requireBytes(nonce, HASH_BYTES, 'the nonce');
  return sha256(concatBytes(LEAF_PREFIX, spkiHash, nonce, sha256(keyConfig)));
}

/**
 * The leaf of one direct RA-TLS connection: a session's, with the empty string where a session has its key config. No
 * session's key config is empty.
 *
 * @param spkiHash SHA-256 of the SubjectPublicKeyInfo of this connection's certificate, 32 bytes
 * @param nonce the client's nonce, 32 bytes
 * @throws AttestationError `binding-malformed` when a length is wrong
 */
export function directLeaf(spkiHash: Uint8Array, nonce: Uint8Array): Uint8Array {
  return sessionLeaf(spkiHash, nonce, NO_KEY_CONFIG);
}

/**
 * The leaf of a client that shows evidence of its own: `SHA-256(0x00 ‖ "sotto-peer-v1" ‖ spkiHash ‖ exporter)`. Its
 * prefix is not a session's, because anybody may choose a session's nonce: a server that answered with evidence over
 * somebody else's exporter would vouch for them.
 *
 * @param spkiHash SHA-256 of the RA-TLS certificate's SubjectPublicKeyInfo, 32 bytes
 * @param exporter `tls-exporter` of the connection (RFC 9266), 32 bytes, taken from the caller's own TLS stack
 * @throws AttestationError `binding-malformed` when a length is wrong
 */
export function peerLeaf(spkiHash: Uint8Array, exporter: Uint8Array): Uint8Array {
  requireBytes(spkiHash, HASH_BYTES, 'the SPKI hash');
  requireBytes(exporter, HASH_BYTES, "the connection's exporter");
  return sha256(concatBytes(PEER_PREFIX, spkiHash, exporter));
}

/** A Merkle tree over leaf hashes (RFC 6962 §2.1); every level is kept, so that an audit path costs no hashing. */
export class LeafTree {
  readonly root: Uint8Array;
  readonly size: number;
  readonly #levels: readonly (readonly Uint8Array[])[];

  /**
   * @param leaves leaf hashes as `sessionLeaf` makes them, at least one
   * @throws AttestationError `binding-malformed` when there is none, or one is not 32 bytes
   */
  constructor(leaves: readonly Uint8Array[]) {
    for (const leaf of leaves) requireBytes(leaf, HASH_BYTES, 'a leaf');
    const levels: (readonly Uint8Array[])[] = [[...leaves]];
    let level = levels[0]!;
    while (level.length > 1) {
      level = parentsOf(level);
      levels.push(level);
    }
    const root = level[0];
    if (!root) throw new AttestationError('binding-malformed', 'a tree needs at least one leaf');
    this.#levels = levels;
    this.root = root;
    this.size = leaves.length;
  }

  /**
   * The audit path of the leaf at `index` (RFC 6962 §2.1.1).
   *
   * @throws RangeError when there is no such leaf
   */
  path(index: number): AuditPath {
    if (!Number.isInteger(index) || index < 0 || index >= this.size) {
      throw new RangeError(`no leaf ${index} in a tree of ${this.size}`);
    }
    const hashes: Uint8Array[] = [];
    let position = index;
    for (const level of this.#levels) {
      const sibling = level[position ^ 1];
      if (sibling) hashes.push(sibling);
      position >>>= 1;
    }
    return { index, size: this.size, hashes };
  }
}

/**
 * The root that an audit path leads to from a leaf (the recomputation of RFC 9162 §2.1.3.2).
 *
 * @throws AttestationError `binding-malformed` when the path cannot belong to a tree of its size
 */
export function rootFromPath(leaf: Uint8Array, path: AuditPath): Uint8Array {
  requireBytes(leaf, HASH_BYTES, 'a leaf');
  const { index, size, hashes } = path;
  if (!isCount(size) || !isCount(index) || index >= size) {
    throw new AttestationError('binding-malformed', `the audit path names leaf ${index} of ${size}`);
  }
  for (const hash of hashes) requireBytes(hash, HASH_BYTES, 'a hash of the audit path');
  const root = followPath(leaf, path);
  if (typeof root === 'string') throw new AttestationError('binding-malformed', `the audit path is ${root}`);
  return root;
}

/**
 * What the TSM is asked to sign: `SHA-512("sotto-report-data-v1" ‖ root)`, 64 bytes.
 *
 * @throws AttestationError `binding-malformed` when the root is not 32 bytes
 */
export function reportData(root: Uint8Array): Uint8Array {
  requireBytes(root, HASH_BYTES, 'the root');
  return sha512(concatBytes(REPORT_DATA_PREFIX, root));
}

function isCount(n: number): boolean {
  return Number.isInteger(n) && n >= 0 && n <= MAX_LEAVES;
}

/** @throws AttestationError `binding-malformed` */
export function requireBytes(bytes: Uint8Array, length: number, what: string): void {
  if (!(bytes instanceof Uint8Array) || bytes.length !== length) {
    throw new AttestationError('binding-malformed', `${what} must be ${length} bytes`);
  }
}
