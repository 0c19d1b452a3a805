import { ByteReader, bigEndian, concat } from './bytes.js';
import { WireError } from './error.js';

/**
 * The subset of CBOR that our bodies use: unsigned integers, byte strings, arrays and maps with unsigned keys, in
 * the core deterministic encoding (RFC 8949 §4.2.1). There are no text strings on purpose: text stays bytes.
 */
export type CborValue = number | Uint8Array | readonly CborValue[] | CborMap;
export type CborMap = ReadonlyMap<number, CborValue>;

const MAX_DEPTH = 8;
const UINT = 0;
const BYTES = 2;
const ARRAY = 4;
const MAP = 5;

function head(major: number, value: number): Uint8Array {
  const type = major << 5;
  if (value < 24) return Uint8Array.of(type | value);
  if (value < 0x100) return Uint8Array.of(type | 24, value);
  if (value < 0x10000) return concat(Uint8Array.of(type | 25), bigEndian(value, 2));
  if (value < 0x100000000) return concat(Uint8Array.of(type | 26), bigEndian(value, 4));
  return concat(Uint8Array.of(type | 27), bigEndian(value, 8));
}

function write(value: CborValue, out: Uint8Array[]): void {
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value) || value < 0) throw new RangeError('only unsigned integers are encoded');
    out.push(head(UINT, value));
  } else if (value instanceof Uint8Array) {
    out.push(head(BYTES, value.length), value);
  } else if (value instanceof Map) {
    const entries = [...(value as CborMap)].sort(([a], [b]) => a - b);
    out.push(head(MAP, entries.length));
    for (const [key, item] of entries) {
      write(key, out);
      write(item, out);
    }
  } else {
    const items = value as readonly CborValue[];
    out.push(head(ARRAY, items.length));
    for (const item of items) write(item, out);
  }
}

/** Deterministic encoding of one item. */
export function encodeCbor(value: CborValue): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [];
  write(value, parts);
  return concat(...parts);
}

/** The encoded size of a byte string's head: what a body needs around `length` bytes of payload. */
export function cborHeadSize(length: number): number {
  return head(BYTES, length).length;
}

function argument(reader: ByteReader, info: number): number {
  if (info < 24) return info;
  if (info > 27)
    throw new WireError('cbor-not-deterministic', 'indefinite lengths and reserved heads are not allowed');
  const size = 1 << (info - 24);
  const value = size === 8 ? reader.uint(4) * 0x100000000 + reader.uint(4) : reader.uint(size);
  const least = [24, 0x100, 0x10000, 0x100000000][info - 24]!;
  if (value < least) throw new WireError('cbor-not-deterministic', 'an integer is not in its shortest form');
  if (!Number.isSafeInteger(value)) throw new WireError('cbor-malformed', 'an integer is out of range');
  return value;
}

function read(reader: ByteReader, depth: number): CborValue {
  if (depth > MAX_DEPTH) throw new WireError('cbor-malformed', 'the structure is nested too deeply');
  const first = reader.uint(1);
  const major = first >> 5;
  const value = argument(reader, first & 0x1f);
  switch (major) {
    case UINT:
      return value;
    case BYTES:
      return reader.take(value);
    case ARRAY: {
      // Each item takes at least a byte: a count beyond that is refused before anything is allocated for it.
      if (value > reader.remaining)
        throw new WireError('cbor-truncated', 'an array is longer than the bytes');
      const items: CborValue[] = [];
      for (let i = 0; i < value; i++) items.push(read(reader, depth + 1));
      return items;
    }
    case MAP: {
      if (value > reader.remaining) throw new WireError('cbor-truncated', 'a map is longer than the bytes');
      const entries = new Map<number, CborValue>();
      let previous = -1;
      for (let i = 0; i < value; i++) {
        const key = read(reader, depth + 1);
        if (typeof key !== 'number') throw new WireError('cbor-malformed', 'map keys are unsigned integers');
        if (key <= previous)
          throw new WireError('cbor-not-deterministic', 'map keys are not in ascending order');
        previous = key;
        entries.set(key, read(reader, depth + 1));
      }
      return entries;
    }
    default:
      throw new WireError('cbor-malformed', 'only unsigned integers, byte strings, arrays and maps are used');
  }
}

/**
 * Decodes exactly one item. Byte strings are views into `bytes`, never copies, so that wiping the source wipes them.
 * @throws WireError `cbor-truncated`, `cbor-malformed`, `cbor-not-deterministic`
 */
export function decodeCbor(bytes: Uint8Array): CborValue {
  const reader = new ByteReader(bytes, 'cbor-truncated');
  const value = read(reader, 0);
  if (reader.remaining !== 0) throw new WireError('cbor-malformed', 'bytes follow the item');
  return value;
}

/** Decodes the first item of a CBOR sequence (RFC 8742) and says how many bytes it took. */
export function decodeCborPrefix(bytes: Uint8Array): { readonly value: CborValue; readonly length: number } {
  const reader = new ByteReader(bytes, 'cbor-truncated');
  const value = read(reader, 0);
  return { value, length: reader.offset };
}
