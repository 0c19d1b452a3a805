/** Which subtrees a proof is made of, RFC 6962 §2.1.1 and §2.1.2. */

/** The leaves `start` to `end`, the end excluded. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** The subtrees beside the way from a leaf to the root, from the leaf upwards. */
export function inclusionRanges(index: number, size: number): Range[] {
  const path = ({ start, end }: Range): Range[] => {
    if (end - start === 1) return [];
    const middle = start + splitOf(end - start);
    return index < middle
      ? [...path({ start, end: middle }), { start: middle, end }]
      : [...path({ start: middle, end }), { start, end: middle }];
  };
  return path({ start: 0, end: size });
}

/** The subtrees that show that the tree of `newer` leaves begins with the one of `older`. */
export function consistencyRanges(older: number, newer: number): Range[] {
  const proof = ({ start, end }: Range, whole: boolean): Range[] => {
    if (older === end) return whole ? [] : [{ start, end }];
    const middle = start + splitOf(end - start);
    return older <= middle
      ? [...proof({ start, end: middle }, whole), { start: middle, end }]
      : [...proof({ start: middle, end }, false), { start, end: middle }];
  };
  return older === 0 || older === newer ? [] : proof({ start: 0, end: newer }, true);
}

/** The perfect subtrees that a range is made of, from the left. The range begins where such a range may. */
export function perfectRanges({ start, end }: Range): Range[] {
  const ranges: Range[] = [];
  for (let at = start; at < end; ) {
    let width = 1;
    while (at + 2 * width <= end && at % (2 * width) === 0) width *= 2;
    ranges.push({ start: at, end: at + width });
    at += width;
  }
  return ranges;
}

/** The largest power of two below `n`. */
function splitOf(n: number): number {
  let split = 1;
  while (2 * split < n) split *= 2;
  return split;
}
