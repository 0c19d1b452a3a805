import { describe, expect, it } from 'vitest';
import {
  echoes,
  editRatio,
  keepsNumbersAndNames,
  quotes,
  sharedWords,
  stutters,
} from '../../../model/tasks/faithful.js';
import { memory, utf8 } from './fixture.js';

describe('keepsNumbersAndNames', () => {
  const keeps = (text: string, answer: string) => keepsNumbersAndNames(utf8(text), utf8(answer));

  it.each([
    ['a number', 'see you at 18:30', 'See you at 18.'],
    ['one of two numbers', 'bring 4 or 17 boxes', 'Bring 17 boxes.'],
    ['a name', 'call Noor today', 'Call today.'],
  ])('does not let %s get lost', (_what, text, answer) => {
    expect(keeps(text, answer)).toBe(false);
  });

  it('lets other words change, and the first one, which has a capital anyway', () => {
    expect(keeps('Please call Noor at 18:30', 'Would you ring up noor (18:30)?')).toBe(true);
  });
});

describe('sharedWords', () => {
  it('is the share of longer words that begin alike', () => {
    const text = utf8('I failed the exams');
    expect(sharedWords(text, utf8('my exam was a failure'))).toBe(1);
    expect(sharedWords(text, utf8('my exam went well'))).toBe(0.5);
    expect(sharedWords(utf8('go to it'), utf8('anything'))).toBe(1);
  });
});

describe('echoes', () => {
  it.each([
    ['Ring twice, the bell is weak', 'ring twice, the BELL is weak!', true],
    ['He is eating my sandwich', "He's eating my sandwich", true],
    ['Yes, in the green bag', 'Yes, please', false],
    ['See you at 18:30', 'Great, see you then', false],
  ])('%j answered by %j: %s', (text, answer, expected) => {
    expect(echoes(utf8(text), utf8(answer))).toBe(expected);
  });
});

describe('stutters', () => {
  it.each([
    ['No, no, no', true],
    ["Sorry, I'm sorry", true],
    ['I am glad that I can come', false],
  ])('%j: %s', (text, expected) => {
    expect(stutters(utf8(text))).toBe(expected);
  });
});

describe('quotes', () => {
  const EXAMPLE = utf8('The plants are on holiday without me!');

  it('finds five words in a row of another text', () => {
    expect(quotes(utf8('Well, the plants are on holiday!'), EXAMPLE, utf8('water them'))).toBe(true);
    expect(quotes(utf8('Well, the plants are on the roof!'), EXAMPLE, utf8('water them'))).toBe(false);
  });

  it('does not mind them when they are in the source', () => {
    expect(quotes(utf8('The plants are on holiday.'), EXAMPLE, utf8('the plants are on holiday'))).toBe(
      false,
    );
  });
});

describe('editRatio', () => {
  const ratio = (text: string, answer: string) => editRatio(utf8(text), utf8(answer), memory);

  it('counts words that came, went or changed, for each word', () => {
    expect(ratio('one two three four', 'one two three four')).toBe(0);
    expect(ratio('one two three four', 'one two three')).toBeCloseTo(0.25);
    expect(ratio('one two three four', 'one two three four five')).toBeCloseTo(0.25);
    expect(ratio('one two three four', 'a b c d e f g h')).toBeGreaterThan(1);
  });

  it('counts a changed letter for little, and capitals for nothing', () => {
    expect(ratio('teh cat', 'The cat')).toBeLessThan(0.5);
    expect(ratio('monday', 'Monday')).toBe(0);
  });
});
