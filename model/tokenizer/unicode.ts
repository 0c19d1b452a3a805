/** The three Unicode properties on which byte-level BPE tokenizers split text. */
import { LETTERS, NUMBERS, SPACES } from './unicode-tables.js';

export const OTHER = 0;
/** General category L: what a regular expression calls \p{L}. */
export const LETTER = 1;
/** General category N: \p{N}. */
export const NUMBER = 2;
/** ECMAScript's \s: White_Space without U+0085, with U+FEFF. */
export const SPACE = 3;

export type Kind = typeof OTHER | typeof LETTER | typeof NUMBER | typeof SPACE;

const kinds = new Uint8Array(0x33480);
for (const [kind, table] of [
  [LETTER, LETTERS],
  [NUMBER, NUMBERS],
  [SPACE, SPACES],
] as const) {
  for (const [first, last] of decodeRanges(table)) kinds.fill(kind, first, last + 1);
}

/** The property of a code point; anything above U+3347F, and any number that is no code point, is OTHER. */
export const kindOf = (codePoint: number): Kind => (kinds[codePoint] ?? OTHER) as Kind;

/**
 * The inclusive ranges of a table: base-36 numbers, in turn the distance from the end of the range before and the
 * distance to the own end.
 */
function* decodeRanges(table: string): Generator<[first: number, last: number]> {
  const distances = table.split(' ').map((digits) => Number.parseInt(digits, 36));
  let end = 0;
  for (let i = 0; i + 1 < distances.length; i += 2) {
    const first = end + distances[i]!;
    end = first + distances[i + 1]!;
    yield [first, end];
  }
}
