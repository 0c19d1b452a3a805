import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diffOf } from '../../page/diff.js';

const side = (before: string, after: string, kind: 'out' | 'in') =>
  diffOf(before, after)
    .filter((piece) => piece.kind === 'same' || piece.kind === kind)
    .map(({ text }) => text)
    .join('');

describe('a diff', () => {
  it('tells what stays, goes and comes, word by word', () => {
    expect(diffOf('i can come on saterday', 'I can come on Saturday')).toEqual([
      { kind: 'out', text: 'i' },
      { kind: 'in', text: 'I' },
      { kind: 'same', text: ' can come on' },
      { kind: 'out', text: ' saterday' },
      { kind: 'in', text: ' Saturday' },
    ]);
  });

  it('of a text with itself changes nothing', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(diffOf(text, text).every(({ kind }) => kind === 'same')).toBe(true);
      }),
    );
  });

  it('has both texts in it, whole', () => {
    const text = fc.array(fc.constantFrom('a', 'b ', ' c', '\n', 'é', '  ')).map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, text, (before, after) => {
        expect(side(before, after, 'out')).toBe(before);
        expect(side(before, after, 'in')).toBe(after);
      }),
    );
  });
});
