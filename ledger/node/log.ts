/**
 * The sequencer: gives entries their places. What it has acknowledged is on the disk, and it never signs two trees of one
 * size, whatever happens to the process: tiles first, then the head, then the answer.
 */

import { equalBytes } from '../../wire/index.js';
import { LedgerError } from '../error.js';
import {
  type Entry,
  EntryIndex,
  encodeState,
  parseEntry,
  requireState,
  stateLine,
} from '../manifest/index.js';
import {
  type Checkpoint,
  formatCheckpoint,
  type VerifierKey,
  verifierKey,
  verifyCheckpoint,
} from '../note/index.js';
import { TILE_WIDTH, TileReader } from '../tree/index.js';
import { TreeEdge } from './edge.js';
import { lockFolder } from './lock.js';
import { type Signer, signNote } from './signer.js';
import { LogStore } from './store.js';

export interface LogOptions {
  readonly folder: string;
  /** Its origin. */
  readonly name: string;
  readonly signer: Signer;
  /** The first key set, signed; used when the log is new. */
  readonly genesis: Uint8Array;
  /** How long entries wait for others to share the disk's time, in milliseconds. */
  readonly batchMs: number;
  /** Entries that may wait. */
  readonly queue: number;
}

/** The last tree that was signed. */
export interface Head {
  readonly checkpoint: Checkpoint;
  /** The signed note. */
  readonly note: Uint8Array;
  readonly state: Uint8Array;
}

export interface Appended {
  readonly index: number;
  readonly id: string;
}

interface Waiting {
  readonly bytes: Uint8Array;
  readonly entry: Entry;
  readonly resolve: (appended: Appended) => void;
  readonly reject: (error: unknown) => void;
}

const MOST_IN_BATCH = 1024;

export class Log {
  readonly key: VerifierKey;
  readonly store: LogStore;
  readonly #options: LogOptions;
  readonly #unlock: () => void;
  readonly #index = new EntryIndex();
  #edge = TreeEdge.empty();
  #head: Head | undefined;
  #waiting: Waiting[] = [];
  #working: Promise<void> | undefined;
  #failed: unknown;

  private constructor(options: LogOptions, store: LogStore, unlock: () => void) {
    this.#options = options;
    this.store = store;
    this.#unlock = unlock;
    this.key = verifierKey(options.name, 'note', options.signer.publicKey);
  }

  /**
   * Opens a log, or makes it. All of its entries are read again, and have to give the tree that it signed last.
   * @throws LedgerError `log-in-use`, `log-corrupt`; `entry-…` and others for a genesis that is none
   */
  static async open(options: LogOptions): Promise<Log> {
    const store = new LogStore(options.folder);
    await store.open();
    const unlock = lockFolder(store.lockFile);
    try {
      const log = new Log(options, store, unlock);
      const note = await store.readHead();
      if (note) await log.#recover(note);
      else await log.append(options.genesis);
      return log;
    } catch (error) {
      unlock();
      throw error;
    }
  }

  get head(): Head {
    return this.#head!;
  }

  placeOf(id: string): number | undefined {
    return this.#index.placeOf(id);
  }

  /** The id of the latest release with a launch measurement in hexadecimal. */
  releaseOf(measurement: string): string | undefined {
    return this.#index.releaseOf(measurement);
  }

  /** Places of the key sets. */
  get keySets(): readonly number[] {
    return this.#index.state.keys.map(({ index }) => index);
  }

  /** The tree of a size up to the head's, from the disk. */
  reader(size: number): TileReader {
    return new TileReader(this.store.tile, size);
  }

  /**
   * Appends an entry, or finds it: a manifest has one place in a log. Resolves when that is on the disk.
   * @throws LedgerError `entry-…`, `manifest-…`, `signature-…`, `keys-…`, `revocation-unknown`, `log-busy`, `log-failed`
   */
  append(bytes: Uint8Array): Promise<Appended> {
    const entry = parseEntry(bytes);
    if (this.#waiting.length >= this.#options.queue) {
      throw new LedgerError('log-busy', 'too many entries wait already: try again soon');
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ bytes, entry, resolve, reject });
      this.#working ??= this.#work();
    });
  }

  /** Finishes what waits, then gives the folder back. */
  async close(): Promise<void> {
    await this.#working;
    this.#unlock();
  }

  async #work(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, this.#head ? this.#options.batchMs : 0));
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, MOST_IN_BATCH);
      try {
        if (this.#failed) throw this.#failed;
        await this.#sequence(batch);
      } catch (cause) {
        // What was written may be half of it: whoever starts the process again finds the last signed tree.
        this.#failed = cause;
        const error = new LedgerError('log-failed', 'The log cannot write now: start it again.', { cause });
        for (const { reject } of batch) reject(error);
      }
    }
    this.#working = undefined;
  }

  async #sequence(batch: readonly Waiting[]): Promise<void> {
    const answers: (() => void)[] = [];
    const before = this.#edge.size;
    for (const { waiting, refused } of await this.#admitted(batch)) {
      const { entry, bytes, resolve, reject } = waiting;
      const known = this.#index.placeOf(entry.id);
      if (known !== undefined) answers.push(() => resolve({ index: known, id: entry.id }));
      else if (refused) answers.push(() => reject(refused));
      else {
        const index = this.#edge.size;
        this.#index.add(entry, index);
        this.#edge.add(bytes);
        answers.push(() => resolve({ index, id: entry.id }));
      }
    }
    if (this.#edge.size > before) await this.#commit();
    for (const answer of answers) answer();
  }

  /** Judges by the keys in force. Those behind a new key set go back to wait for their turn. */
  async #admitted(batch: readonly Waiting[]) {
    const rotation = batch.findIndex(({ entry }) => entry.manifest.type === 'keys');
    const cut = rotation < 0 ? batch.length : Math.max(1, rotation);
    this.#waiting.unshift(...batch.slice(cut));
    return Promise.all(
      batch.slice(0, cut).map(async (waiting) => {
        const refused = await this.#index.admit(waiting.entry).then(
          () => undefined,
          (error: unknown) => {
            if (error instanceof LedgerError) return error;
            throw error;
          },
        );
        return { waiting, refused };
      }),
    );
  }

  async #commit(): Promise<void> {
    const { name, signer } = this.#options;
    const state = encodeState(this.#index.state);
    await this.store.writeTiles(this.#edge.take(), state);
    const { size, root } = this.#edge;
    const checkpoint = { origin: name, size, root, extensions: [stateLine(state)] };
    const note = signNote(formatCheckpoint(checkpoint), this.key, signer);
    await this.store.writeHead(note);
    this.#head = { checkpoint, note, state };
  }

  async #recover(note: Uint8Array): Promise<void> {
    try {
      const checkpoint = await verifyCheckpoint(note, this.key, []);
      const reader = this.reader(checkpoint.size);
      for (let bundle = 0; bundle * TILE_WIDTH < checkpoint.size; bundle++) {
        for (const bytes of await reader.entries(bundle)) {
          this.#index.add(parseEntry(bytes), this.#edge.size);
          this.#edge.add(bytes);
        }
        this.#edge.take();
      }
      const state = encodeState(this.#index.state);
      requireState(state, checkpoint.extensions);
      if (!equalBytes(this.#edge.root, checkpoint.root)) {
        throw new LedgerError('tree-root', 'the entries do not give the tree that was signed');
      }
      this.#head = { checkpoint, note, state };
    } catch (cause) {
      throw new LedgerError('log-corrupt', "The log's folder does not hold the tree that it signed last.", {
        cause,
      });
    }
  }
}
