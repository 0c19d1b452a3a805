/** Tiles and their addresses, C2SP tlog-tiles. */
import { LedgerError } from '../error.js';
import { HASH_BYTES } from './hash.js';

export const TILE_WIDTH = 256;

/** A tile of hashes, or with level `entries` the entries themselves. */
export interface TileAddress {
  readonly level: number | 'entries';
  readonly index: number;
  /** 1 to 256; 256 for a full one. */
  readonly width: number;
}

/** `tile/<L>/<N>[.p/<W>]`. */
export function tilePath({ level, index, width }: TileAddress): string {
  let digits = String(index % 1000).padStart(3, '0');
  for (let rest = Math.floor(index / 1000); rest > 0; rest = Math.floor(rest / 1000)) {
    digits = `x${String(rest % 1000).padStart(3, '0')}/${digits}`;
  }
  return `tile/${level}/${digits}${width === TILE_WIDTH ? '' : `.p/${width}`}`;
}

const PATH = /^tile\/(entries|\d|[1-5]\d|6[0-3])\/((?:x\d{3}\/)*\d{3})(?:\.p\/([1-9]\d{0,2}))?$/;

/** The tile that a path names; there is one way to write it. @throws LedgerError `tile-malformed` */
export function parseTilePath(path: string): TileAddress {
  const [, level, digits, width = String(TILE_WIDTH)] = PATH.exec(path) ?? [];
  if (level !== undefined && digits !== undefined) {
    const address = {
      level: level === 'entries' ? level : Number(level),
      index: Number(digits.replace(/[x/]/g, '')),
      width: Number(width),
    } as const;
    if (Number.isSafeInteger(address.index) && address.width <= TILE_WIDTH && tilePath(address) === path) {
      return address;
    }
  }
  throw new LedgerError('tile-malformed', 'the path names no tile');
}

/** The width of the tile at an address in a tree of so many leaves; 0 when there is none. */
export function tileWidth(level: number | 'entries', index: number, size: number): number {
  const hashes = Math.floor(size / TILE_WIDTH ** (level === 'entries' ? 0 : level));
  return Math.max(0, Math.min(TILE_WIDTH, hashes - index * TILE_WIDTH));
}

/** The hashes of a tile. @throws LedgerError `tile-truncated` when it has not its width */
export function parseHashTile(bytes: Uint8Array, width: number): Uint8Array[] {
  if (bytes.length !== width * HASH_BYTES) {
    throw new LedgerError('tile-truncated', `a tile of ${width} hashes has ${bytes.length} bytes`);
  }
  return Array.from({ length: width }, (_, i) => bytes.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES));
}

/** The entries of a bundle: each after its length in two bytes. @throws LedgerError `tile-truncated` */
export function parseEntryTile(bytes: Uint8Array, width: number): Uint8Array[] {
  const entries: Uint8Array[] = [];
  let at = 0;
  while (at < bytes.length && entries.length < width) {
    const length = at + 2 > bytes.length ? Number.POSITIVE_INFINITY : bytes[at]! * 256 + bytes[at + 1]!;
    if (at + 2 + length > bytes.length) break;
    entries.push(bytes.subarray(at + 2, at + 2 + length));
    at += 2 + length;
  }
  if (entries.length === width && at === bytes.length) return entries;
  throw new LedgerError('tile-truncated', `a tile of ${width} entries is cut off, or something follows it`);
}

/** An entry as it is in a bundle. */
export function lengthPrefixed(entry: Uint8Array): Uint8Array {
  const out = new Uint8Array(2 + entry.length);
  out.set([entry.length >>> 8, entry.length & 0xff]);
  out.set(entry, 2);
  return out;
}
