/**
 * The log's folder. `public/` is what anybody may have, in the layout of C2SP tlog-tiles, ready for static hosting; `head`
 * is the log's own: the last tree that it has signed, and so may never contradict.
 */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { LedgerError } from '../error.js';
import { type FetchTile, type TileAddress, tilePath } from '../tree/index.js';
import { makeFolder, readIfThere, writeAllDurably, writeDurably } from './durable.js';
import type { WrittenTile } from './edge.js';

export const CHECKPOINT_PATH = 'checkpoint';
/** Where the state that a checkpoint commits to is: by its SHA-256. */
export const statePath = (hash: Uint8Array): string => `state/${bytesToHex(hash)}`;

export class LogStore {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  get lockFile(): string {
    return join(this.folder, 'lock');
  }

  async open(): Promise<void> {
    await makeFolder(join(this.folder, 'public', 'state'));
  }

  /** The last tree head that was signed; nothing when the log is new. */
  readHead(): Promise<Buffer | undefined> {
    return readIfThere(join(this.folder, 'head'));
  }

  readPublished(): Promise<Buffer | undefined> {
    return readIfThere(this.#public(CHECKPOINT_PATH));
  }

  /** All that a tree head rests on. When it resolves the head may be signed. */
  async writeTiles(tiles: readonly WrittenTile[], state: Uint8Array): Promise<void> {
    const files = tiles.map((tile) => [this.#public(tilePath(tile)), tile.bytes] as const);
    for (const folder of new Set(files.map(([file]) => dirname(file)))) await makeFolder(folder);
    const stateFile = this.#public(statePath(sha256(state)));
    const known = existsSync(stateFile);
    await writeAllDurably(known ? files : [...files, [stateFile, state] as const]);
  }

  /** From here on the tree is the log's: nothing else of its size may ever be signed. */
  writeHead(note: Uint8Array): Promise<void> {
    return writeDurably(join(this.folder, 'head'), note);
  }

  publish(note: Uint8Array): Promise<void> {
    return writeDurably(this.#public(CHECKPOINT_PATH), note);
  }

  /** Nothing when there is none. */
  readPublic(path: string): Promise<Buffer | undefined> {
    return readIfThere(this.#public(path));
  }

  readonly tile: FetchTile = async (address: TileAddress) => {
    try {
      return await readFile(this.#public(tilePath(address)));
    } catch (cause) {
      throw new LedgerError('tile-missing', `${tilePath(address)} is missing from the log's folder`, {
        cause,
      });
    }
  };

  #public(path: string): string {
    return join(this.folder, 'public', path);
  }
}
