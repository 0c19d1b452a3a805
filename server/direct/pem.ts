const ALPHABET = Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/');
const PADDING = '='.charCodeAt(0);
const NEWLINE = '\n'.charCodeAt(0);
const LINE = 64;

/** DER in textual encoding (RFC 7468), which Node's TLS asks for; as bytes, so that a key can be wiped. */
export function pem(label: 'CERTIFICATE' | 'PRIVATE KEY', der: Uint8Array): Buffer {
  const [begin, end] = [Buffer.from(`-----BEGIN ${label}-----`), Buffer.from(`\n-----END ${label}-----\n`)];
  const characters = 4 * Math.ceil(der.length / 3);
  const out = Buffer.alloc(begin.length + characters + Math.ceil(characters / LINE) + end.length);
  let at = begin.copy(out);
  for (let i = 0; i < characters; i++) {
    if (i % LINE === 0) out[at++] = NEWLINE;
    out[at++] = character(der, i);
  }
  end.copy(out, at);
  return out;
}

/** The `i`-th character of base64 (RFC 4648 §4). */
function character(der: Uint8Array, i: number): number {
  const bit = i * 6;
  const byte = bit >> 3;
  if (byte >= der.length) return PADDING;
  const pair = (der[byte]! << 8) | (der[byte + 1] ?? 0);
  return ALPHABET[(pair >> (10 - (bit & 7))) & 63]!;
}
