/**
 * UTF-8 (RFC 3629) read in place. A decoded character comes as one number, so that reading allocates nothing.
 */

/** Stands for one byte that begins no well-formed sequence. No Unicode property holds for it. */
const INVALID = 0x1fffff;
const LENGTH_SHIFT = 21;

/** The code point of what `characterAt` returned; above U+10FFFF for an invalid byte. */
export const codePointOf = (character: number): number => character & INVALID;
/** The bytes that it takes: 1 to 4. */
export const lengthOf = (character: number): number => character >>> LENGTH_SHIFT;

const invalid = INVALID | (1 << LENGTH_SHIFT);

/** The character that begins at `at`, which has to be below `end`; one invalid byte counts as a character. */
export function characterAt(text: Uint8Array, at: number, end: number): number {
  const first = text[at]!;
  if (first < 0x80) return first | (1 << LENGTH_SHIFT);
  const length = sequenceLength(first);
  if (length === 0 || at + length > end) return invalid;
  const second = text[at + 1]!;
  if (!isSecondByte(first, second)) return invalid;
  if (length === 2) return ((first & 0x1f) << 6) | (second & 0x3f) | (2 << LENGTH_SHIFT);
  const third = text[at + 2]!;
  if (!isContinuation(third)) return invalid;
  if (length === 3) {
    return ((first & 0x0f) << 12) | ((second & 0x3f) << 6) | (third & 0x3f) | (3 << LENGTH_SHIFT);
  }
  const fourth = text[at + 3]!;
  if (!isContinuation(fourth)) return invalid;
  const high = ((first & 0x07) << 18) | ((second & 0x3f) << 12);
  return high | ((third & 0x3f) << 6) | (fourth & 0x3f) | (4 << LENGTH_SHIFT);
}

/** The length that a first byte announces; 0 for a byte that can't be first. */
export function sequenceLength(first: number): 0 | 1 | 2 | 3 | 4 {
  if (first < 0x80) return 1;
  if (first < 0xc2) return 0;
  if (first < 0xe0) return 2;
  if (first < 0xf0) return 3;
  return first < 0xf5 ? 4 : 0;
}

/** Whether `second` may follow `first`: excludes overlong forms, surrogates and what lies above U+10FFFF. */
export function isSecondByte(first: number, second: number): boolean {
  if (first === 0xe0) return second >= 0xa0 && second < 0xc0;
  if (first === 0xed) return second >= 0x80 && second < 0xa0;
  if (first === 0xf0) return second >= 0x90 && second < 0xc0;
  if (first === 0xf4) return second >= 0x80 && second < 0x90;
  return isContinuation(second);
}

export const isContinuation = (byte: number): boolean => (byte & 0xc0) === 0x80;

/** Whether all of `text` is well-formed UTF-8. */
export function isUtf8(text: Uint8Array): boolean {
  for (let at = 0; at < text.length; ) {
    const character = characterAt(text, at, text.length);
    if (character === invalid) return false;
    at += lengthOf(character);
  }
  return true;
}
