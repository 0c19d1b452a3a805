/** Proofs out of tiles. What is read is not believed: the proofs are verified against a checkpoint. */
import { nodeHash } from '../../wire/index.js';
import { rootOf } from './hash.js';
import { consistencyRanges, inclusionRanges, perfectRanges, type Range } from './ranges.js';
import { parseEntryTile, parseHashTile, TILE_WIDTH, type TileAddress, tileWidth } from './tile.js';
import type { InclusionProof } from './verify.js';

/** The bytes of a tile. @throws LedgerError `tile-missing`, `log-unavailable` */
export type FetchTile = (address: TileAddress) => Promise<Uint8Array>;

/** A tree of `size` leaves, as its tiles have it. */
export class TileReader {
  readonly #fetch: FetchTile;
  readonly #size: number;
  readonly #tiles = new Map<string, Promise<Uint8Array[]>>();

  constructor(fetch: FetchTile, size: number) {
    this.#fetch = fetch;
    this.#size = size;
  }

  /** @throws LedgerError `tile-truncated`; what the fetching throws */
  async inclusionProof(index: number): Promise<InclusionProof> {
    const hashes = await this.#hashes(inclusionRanges(index, this.#size));
    return { index, size: this.#size, hashes };
  }

  /** That this tree begins with the one of `older` leaves. @throws as `inclusionProof` */
  consistencyProof(older: number): Promise<Uint8Array[]> {
    return this.#hashes(consistencyRanges(older, this.#size));
  }

  /** The root of the whole tree, of at least one leaf. @throws as `inclusionProof` */
  async root(): Promise<Uint8Array> {
    return this.#hash({ start: 0, end: this.#size });
  }

  /** @throws LedgerError `tile-truncated`; what the fetching throws */
  async entry(index: number): Promise<Uint8Array> {
    const entries = await this.entries(Math.floor(index / TILE_WIDTH));
    return entries[index % TILE_WIDTH]!;
  }

  /** All entries of one bundle. @throws as `entry` */
  async entries(bundle: number): Promise<Uint8Array[]> {
    const width = tileWidth('entries', bundle, this.#size);
    return parseEntryTile(await this.#fetch({ level: 'entries', index: bundle, width }), width);
  }

  #hashes(ranges: readonly Range[]): Promise<Uint8Array[]> {
    return Promise.all(ranges.map((range) => this.#hash(range)));
  }

  async #hash(range: Range): Promise<Uint8Array> {
    const perfect = await Promise.all(perfectRanges(range).map((part) => this.#perfect(part)));
    return perfect.reduceRight((right, left) => nodeHash(left, right));
  }

  async #perfect({ start, end }: Range): Promise<Uint8Array> {
    const width = end - start;
    let [level, span] = [0, 1];
    while (span * TILE_WIDTH <= width) [level, span] = [level + 1, span * TILE_WIDTH];
    const first = start / span;
    const tile = await this.#tile(level, Math.floor(first / TILE_WIDTH));
    const at = first % TILE_WIDTH;
    return rootOf(tile.slice(at, at + width / span));
  }

  #tile(level: number, index: number): Promise<Uint8Array[]> {
    const name = `${level}/${index}`;
    let tile = this.#tiles.get(name);
    if (!tile) {
      const width = tileWidth(level, index, this.#size);
      tile = this.#fetch({ level, index, width }).then((bytes) => parseHashTile(bytes, width));
      this.#tiles.set(name, tile);
    }
    return tile;
  }
}
