/** Text out of event data, made safe to print: it comes from whoever wrote the log. */
import { bytesToHex } from '@noble/hashes/utils.js';
import type { FieldReader } from '../abi/index.js';

const MAX_TEXT = 2048;
const MAX_HEX_BYTES = 32;

/** One-byte characters, without a NUL at the end. */
export function narrowText(bytes: Uint8Array): string {
  return printable(Array.from(trimNul(bytes, 1), (byte) => String.fromCharCode(byte)).join(''));
}

/** UTF-16, little-endian, without a NUL at the end. */
export function wideText(bytes: Uint8Array): string {
  return printable(new TextDecoder('utf-16le').decode(trimNul(bytes, 2)));
}

/** A UEFI GUID in its usual notation: the first three fields are little-endian. */
export function guidText(reader: FieldReader): string {
  const hex = (value: number, digits: number) => value.toString(16).padStart(digits, '0');
  const head = [hex(reader.u32(), 8), hex(reader.u16(), 4), hex(reader.u16(), 4)];
  const tail = hexText(reader.bytes(8));
  return [...head, tail.slice(0, 4), tail.slice(4)].join('-');
}

/** Hexadecimal digits, of long data only the beginning. */
export function hexText(bytes: Uint8Array): string {
  return bytesToHex(bytes.subarray(0, MAX_HEX_BYTES)) + (bytes.length > MAX_HEX_BYTES ? '…' : '');
}

function trimNul(bytes: Uint8Array, width: number): Uint8Array {
  let end = bytes.length - (bytes.length % width);
  while (end >= width && bytes.subarray(end - width, end).every((byte) => byte === 0)) end -= width;
  return bytes.subarray(0, end);
}

/** Control characters, and what terminals may interpret, become `\x..`; line ends become spaces. */
function printable(text: string): string {
  const safe = text
    .replaceAll(/\s+/g, ' ')
    .replaceAll(
      /[^\x20-\x7e]/g,
      (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
    );
  return safe.length > MAX_TEXT ? `${safe.slice(0, MAX_TEXT)}…` : safe;
}
