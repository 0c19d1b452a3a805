import { beforeAll, describe, expect, it } from 'vitest';
import type { Tokenizer } from '../../../model/index.js';
import { Grounding } from '../../../model/tasks/grounding.js';
import { Source } from '../../../model/tasks/source.js';
import { VocabularyMarks } from '../../../model/tasks/vocabulary-marks.js';
import { loadDefault, memory, utf8 } from './fixture.js';

const CHAT = 'Noor: the van 128.40, bus at 18:30, Emil has 4 of 17 boxes';

let tokenizer: Tokenizer;
let marks: VocabularyMarks;
beforeAll(async () => {
  tokenizer = await loadDefault();
  marks = new VocabularyMarks(tokenizer);
});

/** The logits of what may follow `said`, when all were 0 before. */
function having(said: string, options: { source?: string; leaning?: number } = {}) {
  const source = new Source(utf8(options.source ?? CHAT), marks, memory);
  const grounding = new Grounding(source, memory, options.leaning);
  const step = () => {
    const logits = new Float32Array(tokenizer.size);
    grounding.adjust(logits);
    return logits;
  };
  for (const id of tokenizer.encode(utf8(said))) {
    step();
    grounding.see(id);
  }
  const logits = step();
  return {
    logits,
    grounding,
    of: (token: string) => logits[tokenizer.find(utf8(token))],
    digits: '0123456789'.split('').filter((digit) => logits[tokenizer.find(utf8(digit))]! > -1),
  };
}

describe('A number', () => {
  it.each([
    ['begins as one of the text does', 'at ', ['1', '4']],
    ['goes on as it does in the text', 'at 1', ['2', '7', '8']],
    ['goes on behind its separator', 'at 18:', ['3']],
    ['does not go on when it is complete', 'at 17', []],
    ['does not begin where the text has none', 'at ', [], 'no numbers here'],
  ])('%s', (_what, said, digits, source?: string) => {
    expect(having(said, source === undefined ? {} : { source }).digits).toEqual(digits);
  });

  it('does not end before it is one of the text', () => {
    const { of } = having('at 18');
    expect(of(':')).toBe(0);
    expect([of(' and'), of('.'), of(',')]).toEqual([-Infinity, -Infinity, -Infinity]);
    expect(having('at 18').logits[tokenizer.special('<|im_end|>')]).toBe(-Infinity);
  });

  it('may end when it is one of the text', () => {
    const { of, logits } = having('at 18:30');
    expect([of(' and'), of('.'), of(',')]).toEqual([0, 0, 0]);
    expect(logits[tokenizer.special('<|im_end|>')]).toBe(0);
  });

  it('has a colon only if it has one in the text', () => {
    expect(having('at 18').grounding.mayHaveColon).toBe(true);
    expect(having('all 17').grounding.mayHaveColon).toBe(false);
    expect(having('Noor').grounding.mayHaveColon).toBe(false);
  });
});

describe('A word with a capital', () => {
  it('is unlikely when the text does not have it', () => {
    const { of } = having('they meet');
    expect(of(' London')).toBe(-8);
    expect(of(' No')).toBe(0);
    expect(of(' boxes')).toBe(0);
  });

  it('is as likely as any where a sentence begins, unless it looks like a name', () => {
    const { of } = having('They meet.');
    expect(of(' They')).toBe(0);
    expect(of(' London')).toBe(-8);
  });

  it('goes on as in the text', () => {
    const { of } = having('and Em');
    expect(of('il')).toBe(0);
    expect(of('ma')).toBe(-8);
  });
});

describe('A longer word of the text', () => {
  it('is favoured until it is said, if that is wanted', () => {
    expect(having('they').of(' boxes')).toBe(0);
    expect(having('they', { leaning: 2 }).of(' boxes')).toBe(2);
    expect(having('they', { leaning: 2 }).of(' of')).toBe(0);
    expect(having('they boxes', { leaning: 2 }).of(' boxes')).toBe(0);
  });
});
