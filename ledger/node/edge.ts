/** The right edge of a growing tree: all that has to be in memory to add leaves and to know the root. */
import { nodeHash } from '../../wire/index.js';
import { EMPTY_ROOT, leafHash, lengthPrefixed, rootOf, TILE_WIDTH, type TileAddress } from '../tree/index.js';

export interface WrittenTile extends TileAddress {
  readonly bytes: Uint8Array;
}

export class TreeEdge {
  /** By level, the hashes of the rightmost tile; never full. */
  readonly #levels: Uint8Array[][];
  #entries: Uint8Array[];
  #size: number;
  #full: WrittenTile[] = [];

  private constructor(levels: Uint8Array[][], entries: Uint8Array[], size: number) {
    this.#levels = levels;
    this.#entries = entries;
    this.#size = size;
  }

  static empty(): TreeEdge {
    return new TreeEdge([], [], 0);
  }

  /** One to try things on. */
  copy(): TreeEdge {
    return new TreeEdge(
      this.#levels.map((level) => [...level]),
      [...this.#entries],
      this.#size,
    );
  }

  get size(): number {
    return this.#size;
  }

  get root(): Uint8Array {
    const parts: Uint8Array[] = [];
    for (const level of this.#levels.toReversed()) {
      for (let at = 0, width = TILE_WIDTH / 2; width >= 1; width /= 2) {
        if ((level.length & width) === 0) continue;
        parts.push(rootOf(level.slice(at, at + width)));
        at += width;
      }
    }
    return parts.length === 0 ? EMPTY_ROOT : parts.reduceRight((right, left) => nodeHash(left, right));
  }

  add(entry: Uint8Array): void {
    this.#entries.push(lengthPrefixed(entry));
    const index = Math.floor(this.#size / TILE_WIDTH);
    this.#size++;
    if (this.#entries.length === TILE_WIDTH) {
      this.#full.push({ level: 'entries', index, width: TILE_WIDTH, bytes: Buffer.concat(this.#entries) });
      this.#entries = [];
    }
    this.#push(0, leafHash(entry));
  }

  /** The tiles that have changed since the last call: those that became full, and the partial ones. */
  take(): WrittenTile[] {
    const tiles = this.#full;
    this.#full = [];
    if (this.#entries.length > 0) tiles.push(this.#partial('entries', this.#entries));
    for (const [level, hashes] of this.#levels.entries()) {
      if (hashes.length > 0) tiles.push(this.#partial(level, hashes));
    }
    return tiles;
  }

  #partial(level: TileAddress['level'], parts: readonly Uint8Array[]): WrittenTile {
    const span = TILE_WIDTH ** (level === 'entries' ? 1 : level + 1);
    return {
      level,
      index: Math.floor(this.#size / span),
      width: parts.length,
      bytes: Buffer.concat(parts),
    };
  }

  #push(level: number, hash: Uint8Array): void {
    this.#levels[level] ??= [];
    const hashes = this.#levels[level];
    hashes.push(hash);
    if (hashes.length < TILE_WIDTH) return;
    const index = this.#size / TILE_WIDTH ** (level + 1) - 1;
    this.#full.push({ level, index, width: TILE_WIDTH, bytes: Buffer.concat(hashes) });
    this.#levels[level] = [];
    this.#push(level + 1, rootOf(hashes));
  }
}
