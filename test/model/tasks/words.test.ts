import { describe, expect, it } from 'vitest';
import {
  endsSentence,
  linesOf,
  numbersOf,
  oneLine,
  type Stretch,
  saysSomething,
  sentencesOf,
  wordsOf,
} from '../../../model/tasks/words.js';
import { fromUtf8, memory, utf8 } from './fixture.js';

const parts = (text: string, find: (text: Uint8Array) => Iterable<Stretch>): string[] =>
  [...find(utf8(text))].map(({ start, end }) => fromUtf8(utf8(text).subarray(start, end)));

describe('Texts are taken apart into', () => {
  it('words: runs of letters of any script', () => {
    expect(parts("Émile's 2 Straßen, 会議!", wordsOf)).toEqual(['Émile', 's', 'Straßen', '会議']);
  });

  it('numbers, with what stands between their digits', () => {
    expect(parts('18:30, 128.40 or 1,000. Room 204, P3', numbersOf)).toEqual([
      '18:30',
      '128.40',
      '1,000',
      '204',
      '3',
    ]);
  });

  it('sentences', () => {
    const text = 'Dr. Lim comes on the 3. of May. Really?! (Yes.) 十時です。 ok';
    expect(parts(text, sentencesOf)).toEqual([
      'Dr. Lim comes on the 3. of May.',
      'Really?!',
      '(Yes.)',
      '十時です。',
      'ok',
    ]);
    expect(parts('', sentencesOf)).toEqual([]);
  });

  it('lines, empty ones too', () => {
    expect([...linesOf(utf8('a\n\nb\n'))].map(fromUtf8)).toEqual(['a', '', 'b', '']);
  });
});

describe('A sentence', () => {
  it.each(['Yes.', 'Yes!', 'Yes?"', 'Yes…', '十時です。', '真的？', '真的！'])('ends with %j', (text) => {
    expect(endsSentence(utf8(text))).toBe(true);
  });

  it.each(['Yes', 'Yes,', 'Dr.', 'at 3.', ''])('does not end with %j', (text) => {
    expect(endsSentence(utf8(text))).toBe(false);
  });
});

it('A text is put on one line without control characters, blanks of any kind made one', () => {
  expect(fromUtf8(oneLine(utf8(' a\r\n\tb\u3000\u2028c\u0007\u007f '), memory))).toBe('a b c');
});

it.each([
  ['a', true],
  ['会', true],
  ['7', true],
  ['🎉 !?', false],
  ['', false],
])('Whether %j says something: %s', (text, expected) => {
  expect(saysSomething(utf8(text))).toBe(expected);
});
