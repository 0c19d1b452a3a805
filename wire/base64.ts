/** Base 64 with padding, RFC 4648 §4 and §5. Only for what is public anyway: it makes strings. */
import { ascii } from './bytes.js';

const COMMON = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

interface Alphabet {
  readonly digits: Uint8Array;
  /** By the code of a digit; 64 for what is none. */
  readonly values: Uint8Array;
}

const STANDARD = alphabet('+/');
const URL_SAFE = alphabet('-_');

function alphabet(last: string): Alphabet {
  const digits = ascii(COMMON + last);
  const values = new Uint8Array(128).fill(64);
  for (const [value, code] of digits.entries()) values[code] = value;
  return { digits, values };
}

export const toBase64 = (bytes: Uint8Array): string => encoded(bytes, STANDARD);
export const toBase64url = (bytes: Uint8Array): string => encoded(bytes, URL_SAFE);
/** Nothing unless the text is the one padded encoding of some bytes. */
export const fromBase64 = (text: string): Uint8Array<ArrayBuffer> | undefined => decoded(text, STANDARD);
/** Nothing unless the text is the one encoding of some bytes, with its padding or without any. */
export const fromBase64url = (text: string): Uint8Array<ArrayBuffer> | undefined =>
  decoded(text.endsWith('=') ? text : text.padEnd(Math.ceil(text.length / 4) * 4, '='), URL_SAFE);

function encoded(bytes: Uint8Array, { digits }: Alphabet): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const left = bytes.length - i;
    const group = (bytes[i]! << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    const digit = (shift: number) => String.fromCharCode(digits[(group >> shift) & 63]!);
    text += digit(18) + digit(12) + (left > 1 ? digit(6) : '=') + (left > 2 ? digit(0) : '=');
  }
  return text;
}

function decoded(text: string, { values }: Alphabet): Uint8Array<ArrayBuffer> | undefined {
  const padding = /={0,2}$/.exec(text)![0].length;
  if (text.length % 4 !== 0) return undefined;
  const out = new Uint8Array((text.length / 4) * 3 - padding);
  let held = 0;
  let bits = 0;
  let at = 0;
  for (let i = 0; i < text.length - padding; i++) {
    const value = values[text.charCodeAt(i)] ?? 64;
    if (value === 64) return undefined;
    held = ((held << 6) | value) & 0xffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    out[at++] = (held >> bits) & 0xff;
  }
  return (held & ((1 << bits) - 1)) === 0 ? out : undefined;
}
