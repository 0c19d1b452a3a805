/** What proofreading changed, word by word. */

export interface Piece {
  readonly kind: 'same' | 'out' | 'in';
  readonly text: string;
}

const MOST_WORDS = 1_500;

/** The longest common subsequence of words, told as what stays, goes and comes. */
export function diffOf(before: string, after: string): readonly Piece[] {
  const [one, other] = [wordsOf(before), wordsOf(after)];
  if (one.length > MOST_WORDS || other.length > MOST_WORDS)
    return [
      { kind: 'out', text: before },
      { kind: 'in', text: after },
    ];
  const lengths = lengthsOf(one, other);
  const pieces: Piece[] = [];
  let [i, j] = [0, 0];
  while (i < one.length || j < other.length) {
    if (i < one.length && one[i] === other[j]) {
      add(pieces, 'same', one[i]!);
      i++;
      j++;
    } else if (i < one.length && (j === other.length || lengths[i + 1]![j]! >= lengths[i]![j + 1]!)) {
      add(pieces, 'out', one[i++]!);
    } else add(pieces, 'in', other[j++]!);
  }
  return pieces;
}

/** Words, each with the blanks behind it, so that they make up the text again. */
const wordsOf = (text: string): readonly string[] => text.match(/\s*\S+|\s+$/gu) ?? [];

function lengthsOf(one: readonly string[], other: readonly string[]): readonly Uint16Array[] {
  const lengths = Array.from({ length: one.length + 1 }, () => new Uint16Array(other.length + 1));
  for (let i = one.length - 1; i >= 0; i--) {
    for (let j = other.length - 1; j >= 0; j--) {
      lengths[i]![j] =
        one[i] === other[j]
          ? lengths[i + 1]![j + 1]! + 1
          : Math.max(lengths[i + 1]![j]!, lengths[i]![j + 1]!);
    }
  }
  return lengths;
}

function add(pieces: Piece[], kind: Piece['kind'], text: string): void {
  const last = pieces.at(-1);
  if (last?.kind === kind) pieces[pieces.length - 1] = { kind, text: last.text + text };
  else pieces.push({ kind, text });
}
