/**
 * A witness: remembers the largest tree that it has seen of each log, and signs that each new one begins with it. What it
 * has signed is on the disk before anybody has the signature.
 */
import { join } from 'node:path';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { equalBytes } from '../../wire/index.js';
import { LedgerError } from '../error.js';
import { utf8 } from '../manifest/index.js';
import {
  cosignedMessage,
  formatCosignature,
  formatSignatureLine,
  parseAddCheckpoint,
  parseCheckpoint,
  parseNote,
  type VerifiedCheckpoint,
  type VerifierKey,
  verifierKey,
  verifyCheckpoint,
} from '../note/index.js';
import { EMPTY_ROOT, type TreeHead, verifyConsistency } from '../tree/index.js';
import { makeFolder, readIfThere, writeDurably } from './durable.js';
import { lockFolder } from './lock.js';
import type { Signer } from './signer.js';

export interface WitnessOptions {
  readonly folder: string;
  readonly name: string;
  readonly signer: Signer;
  /** The logs that it watches. */
  readonly logs: readonly VerifierKey[];
  /** In milliseconds. */
  readonly now?: () => number;
}

/** What a witness answers, or that it last saw another tree. */
export type Witnessed =
  | { readonly outcome: 'cosigned'; readonly lines: string; readonly size: number }
  | { readonly outcome: 'conflict'; readonly size: number };

interface Watched {
  readonly log: VerifierKey;
  readonly file: string;
  last: TreeHead;
  busy: Promise<unknown>;
}

const NOTHING: TreeHead = { size: 0, root: EMPTY_ROOT };

export class Witness {
  readonly key: VerifierKey;
  readonly #signer: Signer;
  readonly #now: () => number;
  readonly #logs: ReadonlyMap<string, Watched>;
  readonly #folder: string;
  readonly #unlock: () => void;

  private constructor(options: WitnessOptions, logs: ReadonlyMap<string, Watched>, unlock: () => void) {
    this.key = verifierKey(options.name, 'cosignature', options.signer.publicKey);
    this.#signer = options.signer;
    this.#now = options.now ?? Date.now;
    this.#logs = logs;
    this.#folder = options.folder;
    this.#unlock = unlock;
  }

  /** @throws LedgerError `log-in-use`; `witness-failed` when what it remembered cannot be read */
  static async open(options: WitnessOptions): Promise<Witness> {
    const { folder } = options;
    await makeFolder(join(folder, 'forks'));
    const unlock = lockFolder(join(folder, 'lock'));
    try {
      const watched = await Promise.all(options.logs.map((log) => remembered(folder, log)));
      return new Witness(options, new Map(watched.map((one) => [one.log.name, one])), unlock);
    } catch (error) {
      unlock();
      throw error;
    }
  }

  /**
   * Takes a body of `add-checkpoint` (C2SP tlog-witness).
   * @throws LedgerError `witness-request-malformed`, `note-…`, `checkpoint-malformed`, `witness-unknown-log`,
   *   `tree-size`; `proof-…`, `tree-split-view` for a tree that is not the remembered one grown
   */
  async addCheckpoint(body: Uint8Array): Promise<Witnessed> {
    const { oldSize, consistency, checkpoint: note } = parseAddCheckpoint(body);
    const { origin } = parseCheckpoint(parseNote(note).text);
    const watched = this.#logs.get(origin);
    if (!watched) throw new LedgerError('witness-unknown-log', 'this witness does not watch that log');
    const checkpoint = await verifyCheckpoint(note, watched.log, []);
    if (oldSize > checkpoint.size) {
      throw new LedgerError('tree-size', 'the old size is larger than the new one');
    }
    // One at a time: what is compared with must be what is replaced.
    const turn = watched.busy.then(() => this.#cosign(watched, oldSize, consistency, checkpoint, note));
    watched.busy = turn.catch(() => undefined);
    return turn;
  }

  /** Gives its folder back when what it does is done. */
  async close(): Promise<void> {
    await Promise.all([...this.#logs.values()].map(({ busy }) => busy));
    this.#unlock();
  }

  async #cosign(
    watched: Watched,
    oldSize: number,
    consistency: readonly Uint8Array[],
    checkpoint: VerifiedCheckpoint,
    note: Uint8Array,
  ): Promise<Witnessed> {
    const { last } = watched;
    if (oldSize !== last.size) return { outcome: 'conflict', size: last.size };
    const { size, root, text } = checkpoint;
    if (size === last.size && !equalBytes(root, last.root)) {
      await this.#keepFork(watched, note);
      throw new LedgerError('tree-split-view', 'the log signed two trees of one size');
    }
    try {
      verifyConsistency(last, checkpoint, consistency);
    } catch (error) {
      if (error instanceof LedgerError && error.code === 'proof-consistency')
        await this.#keepFork(watched, note);
      throw error;
    }
    await writeDurably(watched.file, note);
    watched.last = { size, root };
    const time = Math.floor(this.#now() / 1000);
    const signature = this.#signer.sign(cosignedMessage(time, text));
    const { name, keyId } = this.key;
    const lines = formatSignatureLine({ name, keyId, signature: formatCosignature({ time, signature }) });
    return { outcome: 'cosigned', lines, size };
  }

  /** The two notes together can be proof of a fork, for everybody to see. */
  async #keepFork({ file }: Watched, note: Uint8Array): Promise<void> {
    const name = bytesToHex(sha256(note)).slice(0, 32);
    const before = await readIfThere(file);
    const separator = utf8('\n');
    await writeDurably(
      join(this.#folder, 'forks', name),
      Buffer.concat([before ?? separator, separator, note]),
    );
  }
}

async function remembered(folder: string, log: VerifierKey): Promise<Watched> {
  const file = join(folder, bytesToHex(sha256(utf8(log.name))));
  const note = await readIfThere(file);
  const watched = { log, file, busy: Promise.resolve() };
  if (!note) return { ...watched, last: NOTHING };
  try {
    const { size, root } = await verifyCheckpoint(note, log, []);
    return { ...watched, last: { size, root } };
  } catch (cause) {
    // To begin anew would be to forget what was promised.
    throw new LedgerError(
      'witness-failed',
      `${file} is damaged: what was cosigned of ${log.name} is not known.`,
      {
        cause,
      },
    );
  }
}
