import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Tokenizer } from '../../../model/index.js';
import { Cleaner, type Limits } from '../../../model/tasks/clean.js';
import { fromUtf8, loadDefault, memory, utf8 } from './fixture.js';

const AMPLE: Limits = { maxBytes: 1000, maxSentences: 100 };

let tokenizer: Tokenizer;
beforeAll(async () => {
  tokenizer = await loadDefault();
});

/** What is left of what a model says, and the pieces in which it was let go. */
function clean(
  text: string | Uint8Array,
  { torn = false, ...limits }: Partial<Limits> & { torn?: boolean } = {},
) {
  const pieces: string[] = [];
  const emit = (piece: Uint8Array) => pieces.push(fromUtf8(piece));
  const cleaner = new Cleaner(tokenizer, memory, { ...AMPLE, ...limits }, emit);
  let over = false;
  for (const id of tokenizer.encode(typeof text === 'string' ? utf8(text) : text)) {
    over = cleaner.token(id);
    if (over) break;
  }
  cleaner.end(torn);
  return { said: fromUtf8(cleaner.said), pieces, over };
}

describe('Cleaner', () => {
  it('lets go of one sentence at a time, which together are all that was said', () => {
    const { said, pieces } = clean('Emil is late. Noor waits! Do they meet?');
    expect(pieces).toEqual(['Emil is late.', ' Noor waits!', ' Do they meet?']);
    expect(said).toBe(pieces.join(''));
  });

  it('leaves one blank between words and none at the ends', () => {
    expect(clean('  Emil \t is   late.  ').said).toBe('Emil is late.');
  });

  it('ends with the line, but for empty lines in front', () => {
    expect(clean('\n\nEmil is late.\nNoor: where are you?')).toMatchObject({
      said: 'Emil is late.',
      over: true,
    });
  });

  it.each([
    ['the last one', 'Emil is late. Emil is late. Noor waits.', 'Emil is late.'],
    ['an earlier one', 'Emil is late. Noor waits. Emil is late. And so on.', 'Emil is late. Noor waits.'],
    ['one in other letters', 'Emil is late. EMIL IS LATE. And so on.', 'Emil is late.'],
  ])('ends where a sentence repeats %s', (_which, text, said) => {
    expect(clean(text)).toMatchObject({ said, over: true });
  });

  it('may say signs twice', () => {
    expect(clean('Yes! 🎉! 🎉! Okay').said).toBe('Yes! 🎉! 🎉! Okay');
  });

  it('ends after the last sentence that is allowed', () => {
    expect(clean('One is here. Two is there. Three is nowhere.', { maxSentences: 2 }).said).toBe(
      'One is here. Two is there.',
    );
  });

  it('ends before the sentence that would be too long, or within the first', () => {
    expect(clean('One is here. Two is there.', { maxBytes: 20 }).said).toBe('One is here.');
    expect(clean('Onehundredandtwentysomething', { maxBytes: 5 }).said).toBe('Onehu');
  });

  it('leaves out the torn end of an answer, unless it is all there is', () => {
    expect(clean('Emil is late. Noor will', { torn: true }).said).toBe('Emil is late.');
    expect(clean('Emil will', { torn: true }).said).toBe('Emil will');
  });

  it('leaves out control characters', () => {
    expect(clean('Emil\u0007 is\u001b late').said).toBe('Emil is late');
  });

  it('says one line of whole characters, not too long, whatever it is given', () => {
    const bytes = fc.uint8Array({ maxLength: 60 });
    const words = fc.string({ unit: fc.constantFrom('a', 'b. ', ' ', '\n', 'é', '🎉', '! '), maxLength: 60 });
    fc.assert(
      fc.property(fc.oneof(bytes, words), fc.integer({ min: 4, max: 40 }), (given, maxBytes) => {
        const { said, pieces } = clean(given, { maxBytes });
        expect(pieces.join('')).toBe(said);
        expect(utf8(said).length).toBeLessThanOrEqual(maxBytes);
        expect(said).not.toMatch(/[\n\t]| {2}|^ | $/);
      }),
      { numRuns: 200, seed: 7 },
    );
  });
});
