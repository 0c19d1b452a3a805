/**
 * The alphabet in which byte-level BPE files spell bytes: printable Latin-1 characters stand for themselves, the
 * other 68 bytes for U+0100 and up. Used on vocabulary files only, never on anything that a user wrote.
 */
const byteOf = new Map<string, number>();
const printable = (byte: number): boolean =>
  (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
for (let byte = 0, others = 0; byte < 256; byte++) {
  byteOf.set(String.fromCodePoint(printable(byte) ? byte : 0x100 + others++), byte);
}

/** The bytes that `spelled` stands for; undefined if it holds a character from outside the alphabet. */
export function bytesOfSpelling(spelled: string): Uint8Array | undefined {
  const bytes = new Uint8Array(spelled.length);
  for (let i = 0; i < spelled.length; i++) {
    const byte = byteOf.get(spelled[i]!);
    if (byte === undefined) return undefined;
    bytes[i] = byte;
  }
  return bytes;
}
