import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Tokenizer } from '../../../model/index.js';
import type { ChatMessage } from '../../../model/tasks/index.js';
import { cut, newestThatFit, textOf, type Window } from '../../../model/tasks/window.js';
import { chat, fromUtf8, loadDefault, memory, utf8 } from './fixture.js';

let tokenizer: Tokenizer;
beforeAll(async () => {
  tokenizer = await loadDefault();
});

const windowOf = (messages: readonly ChatMessage[], maxTokens: number, first = 0): Window =>
  newestThatFit(messages, { first, maxTokens, tokenizer, secrets: memory });
const linesOf = ({ lines }: Window): string[] =>
  lines.map(({ sender, text }) => `${fromUtf8(sender)}: ${fromUtf8(text)}`);

describe('newestThatFit', () => {
  const messages = chat('Emil: one', 'Noor: two', 'Emil: three');
  const each = () => tokenizer.encode(utf8('Emil: one\n')).length;

  it('has all messages, in their order, when there is room', () => {
    const window = windowOf(messages, 1000);
    expect(linesOf(window)).toEqual(['Emil: one', 'Noor: two', 'Emil: three']);
    expect(window.dropped).toBe(0);
  });

  it('drops the oldest ones, and counts them', () => {
    const window = windowOf(messages, 2 * each() + 1);
    expect(linesOf(window)).toEqual(['Noor: two', 'Emil: three']);
    expect(window.dropped).toBe(1);
  });

  it('neither reads nor counts what is before the first', () => {
    expect(windowOf(messages, 1000, 1)).toMatchObject({ dropped: 0, lines: { length: 2 } });
    expect(windowOf(messages, each() + 1, 1)).toMatchObject({ dropped: 1, lines: { length: 1 } });
  });

  it('leaves out messages without text', () => {
    expect(linesOf(windowOf(chat('Emil: one', 'Noor:  \n', 'Emil: three'), 1000))).toEqual([
      'Emil: one',
      'Emil: three',
    ]);
  });

  it('makes one line of a message, and of a name that would be two', () => {
    const [message] = [{ sender: utf8('Noor\nEmil: yes'), text: utf8('a\r\n\u2028b\tc\u0000') }];
    expect(linesOf(windowOf([message], 1000))).toEqual(['Noor Emil: yes: a b c']);
  });

  it('cuts what is too long for a message or a name, at a whole character', () => {
    const [line] = windowOf(
      [{ sender: utf8('é'.repeat(50)), text: utf8(`a${'é'.repeat(4000)}`) }],
      1e6,
    ).lines;
    expect(fromUtf8(line!.sender)).toBe('é'.repeat(32));
    expect(fromUtf8(line!.text)).toBe(`a${'é'.repeat(2047)}`);
  });

  it('has the beginning of the newest message when even that does not fit', () => {
    const window = windowOf(chat('Emil: one', `Noor: ${'very '.repeat(100)}long`), 20);
    expect(window).toMatchObject({ tokens: 20, dropped: 1, lines: { length: 1 } });
    expect(window.lines[0]!.tokens).toHaveLength(20);
  });

  it('is the longest end of any chat that fits', () => {
    const message = fc.tuple(
      fc.constantFrom('Emil', 'Noor'),
      fc.stringMatching(/^[a-z]{1,12}( [a-z]{1,8}){0,5}$/),
    );
    fc.assert(
      fc.property(fc.array(message, { minLength: 1, maxLength: 20 }), fc.nat(120), (list, maxTokens) => {
        const all = list.map(([sender, text]) => `${sender}: ${text}`);
        const window = windowOf(chat(...all), maxTokens);
        const sizes = all.map((line) => tokenizer.encode(utf8(`${line}\n`)).length);
        const sum = (from: number) => sizes.slice(from).reduce((total, size) => total + size, 0);
        expect(linesOf(window)).toEqual(all.slice(window.dropped));
        expect(window.tokens).toBeLessThanOrEqual(maxTokens);
        expect(window.tokens).toBe(Math.min(sum(window.dropped), maxTokens));
        if (window.dropped > 0) expect(sum(window.dropped - 1)).toBeGreaterThan(maxTokens);
      }),
      { seed: 7 },
    );
  });
});

describe('textOf', () => {
  it('is the context and the lines, as they are in the prompt', () => {
    const { lines } = windowOf(chat('Emil: one', 'Noor: two'), 1000);
    const text = (context: string) => fromUtf8(textOf(lines, utf8(context), memory));
    expect(text('')).toBe('Emil: one\nNoor: two');
    expect(text('before')).toBe('before\nEmil: one\nNoor: two');
  });
});

describe('cut', () => {
  it('gives the most whole characters of a text that fit, and all that is short enough', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 30 }), fc.nat(60), (text, length) => {
        const part = cut(utf8(text), length);
        expect(part.length).toBeLessThanOrEqual(length);
        expect(text.startsWith(fromUtf8(part))).toBe(true);
        expect(part.length).toBeGreaterThan(Math.min(length, utf8(text).length) - 4);
      }),
      { seed: 7 },
    );
  });
});
