import { WireError, type WireErrorCode } from './error.js';

/** All parts in one new array. */
export function concat(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  let length = 0;
  for (const part of parts) length += part.length;
  const out = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** The bytes of an ASCII label. */
export function ascii(text: string): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) out[i] = text.charCodeAt(i) & 0x7f;
  return out;
}

/** `length`-byte big-endian form of a non-negative integer (I2OSP, RFC 8017 §4.1). */
export function bigEndian(value: number, length: number): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(length);
  for (let i = length - 1, rest = value; i >= 0; i--) {
    out[i] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  return out;
}

/** Equality whose time depends on the lengths alone. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= a[i]! ^ b[i]!;
  return difference === 0;
}

/** How many bytes the QUIC variable-length integer that starts with `first` takes (RFC 9000 §16). */
export function varintSize(first: number): 1 | 2 | 4 | 8 {
  return (1 << (first >> 6)) as 1 | 2 | 4 | 8;
}

/** A QUIC variable-length integer in its shortest form (RFC 9000 §16). `value` is below 2^30. */
export function varint(value: number): Uint8Array<ArrayBuffer> {
  if (value < 0x40) return bigEndian(value, 1);
  if (value < 0x4000) return bigEndian(value + 0x4000, 2);
  if (value < 0x40000000) return bigEndian(value + 0x80000000, 4);
  throw new RangeError('a length of 2^30 or more is not written by this protocol');
}

/** Reads forward through bytes; running out is an error with the codec's own code. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #truncated: WireErrorCode;
  offset = 0;

  constructor(bytes: Uint8Array, truncated: WireErrorCode) {
    this.#bytes = bytes;
    this.#truncated = truncated;
  }

  get remaining(): number {
    return this.#bytes.length - this.offset;
  }

  /** The next `length` bytes, as a view. */
  take(length: number): Uint8Array {
    if (length > this.remaining)
      throw new WireError(this.#truncated, 'the bytes end before the structure does');
    const view = this.#bytes.subarray(this.offset, this.offset + length);
    this.offset += length;
    return view;
  }

  /** A big-endian unsigned integer of 1 to 6 bytes. */
  uint(length: number): number {
    let value = 0;
    for (const byte of this.take(length)) value = value * 256 + byte;
    return value;
  }

  /** A QUIC variable-length integer (RFC 9000 §16); values of 2^53 or more do not occur in valid messages. */
  varint(): number {
    const first = this.take(1)[0]!;
    const size = varintSize(first);
    let value = first & 0x3f;
    for (const byte of this.take(size - 1)) value = value * 256 + byte;
    if (!Number.isSafeInteger(value)) throw new WireError(this.#truncated, 'a length is beyond any message');
    return value;
  }

  rest(): Uint8Array {
    return this.take(this.remaining);
  }
}
