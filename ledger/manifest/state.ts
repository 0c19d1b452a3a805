/**
 * What all entries together say: whose keys are in force, which keys of gateways and issuers are current, what is revoked.
 * A checkpoint commits to it in an extension line, so that a client learns offline that something is *not* revoked; whoever
 * reads the whole log computes it again.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { toBase64 } from '../../wire/index.js';
import { LedgerError } from '../error.js';
import { canonicalJson, parseCanonical, utf8 } from './canonical.js';
import type { Entry } from './entry.js';
import { ManifestObject } from './object.js';

/** Which manifest is at which place. */
export interface Placed {
  readonly index: number;
  /** Its id. */
  readonly manifest: string;
}

export interface CurrentKey extends Placed {
  readonly type: 'gateway-key' | 'issuer-key';
  readonly name: string;
  /** In seconds since 1970. */
  readonly notBefore: number;
}

export interface LedgerState {
  /** The key sets, oldest first. */
  readonly keys: readonly Placed[];
  /** The latest keys of each gateway and issuer, at most four of one, oldest first. */
  readonly current: readonly CurrentKey[];
  /** Ids, in the order of their revocations. */
  readonly revoked: readonly string[];
}

export const EMPTY_STATE: LedgerState = { keys: [], current: [], revoked: [] };

const PREFIX = 'sotto-state-v1 ';
const KEPT = 4;

/** The state with one entry more. */
export function withEntry(state: LedgerState, { manifest, id }: Entry, index: number): LedgerState {
  const placed = { index, manifest: id };
  switch (manifest.type) {
    case 'keys':
      return { ...state, keys: [...state.keys, placed] };
    case 'revocation':
      if (state.revoked.includes(manifest.manifest)) return state;
      return { ...state, revoked: [...state.revoked, manifest.manifest] };
    case 'gateway-key':
    case 'issuer-key': {
      const { type, name, notBefore } = manifest;
      const same = (key: CurrentKey) => key.type === type && key.name === name;
      const own = [...state.current.filter(same), { ...placed, type, name, notBefore }];
      return { ...state, current: [...state.current.filter((key) => !same(key)), ...own.slice(-KEPT)] };
    }
    default:
      return state;
  }
}

/** Canonical JSON. */
export const encodeState = (state: LedgerState): Uint8Array<ArrayBuffer> => utf8(canonicalJson(state));

/** The extension line of a checkpoint: `sotto-state-v1`, and SHA-256 of the state in base64. */
export const stateLine = (encoded: Uint8Array): string => PREFIX + toBase64(sha256(encoded));

/** @throws LedgerError `state-malformed` */
export function parseState(bytes: Uint8Array): LedgerState {
  try {
    const state = new ManifestObject(parseCanonical(bytes), 'the state', ['keys', 'current', 'revoked']);
    // Fields one by one: to spread an object that both kinds share took a third of the time to parse a state.
    const index = (item: ManifestObject) => item.integer('index', 0, Number.MAX_SAFE_INTEGER);
    const manifest = (item: ManifestObject) => item.hex('manifest', 32);
    return {
      keys: state.objects('keys', ['index', 'manifest']).map((set) => ({
        index: index(set),
        manifest: manifest(set),
      })),
      current: state.objects('current', ['index', 'manifest', 'type', 'name', 'notBefore']).map((key) => ({
        index: index(key),
        manifest: manifest(key),
        type: key.word('type', ['gateway-key', 'issuer-key']),
        name: key.text('name'),
        notBefore: key.integer('notBefore', 0, Number.MAX_SAFE_INTEGER),
      })),
      revoked: state.list('revoked', 0).length === 0 ? [] : state.hexes('revoked', 32),
    };
  } catch (cause) {
    throw new LedgerError('state-malformed', "the log's state is malformed", { cause });
  }
}

/** Refuses a state that the checkpoint does not commit to. @throws LedgerError `state-mismatch` */
export function requireState(encoded: Uint8Array, extensions: readonly string[]): void {
  const lines = extensions.filter((line) => line.startsWith(PREFIX));
  if (lines.length === 1 && lines[0] === stateLine(encoded)) return;
  throw new LedgerError('state-mismatch', 'the checkpoint does not commit to this state');
}
