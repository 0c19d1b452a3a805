import { describe, expect, it } from 'vitest';
import { parseChat } from '../../cli/chat-file.js';
import { printable } from '../../cli/terminal.js';

const rows = (text: string) => parseChat(text).messages.map(({ sender, text: said }) => [sender, said]);

describe('a chat in a file', () => {
  it('is a message a line', () => {
    expect(rows('Anna: Hi!\nBen: Hello: how are you?\r\n')).toEqual([
      ['Anna', 'Hi!'],
      ['Ben', 'Hello: how are you?'],
    ]);
  });

  it('may have messages of several lines', () => {
    expect(rows('Anna: first\nsecond\nhttps://example.org/a is no name\nBen: third')).toEqual([
      ['Anna', 'first\nsecond\nhttps://example.org/a is no name'],
      ['Ben', 'third'],
    ]);
  });

  it.each([
    ['Android, day first', '31.12.23, 22:00 - Anna: Hi\n31.12.23, 22:01 - Ben: Hello\nand: more'],
    ['Android, month first', '12/31/23, 10:00 PM - Anna: Hi\n12/31/23, 10:01 PM - Ben: Hello\nand: more'],
    ['iOS', '[31.12.23, 22:00:00] Anna: Hi\n\u200e[31.12.23, 22:01:07] Ben: Hello\nand: more'],
    ['ISO dates', '2023-12-31, 22:00 - Anna: Hi\n2023-12-31, 22:01 - Ben: Hello\nand: more'],
  ])('may be a WhatsApp export: %s', (_, text) => {
    expect(rows(text)).toEqual([
      ['Anna', 'Hi'],
      ['Ben', 'Hello\nand: more'],
    ]);
  });

  it('has no messages of the system in it', () => {
    expect(rows('31.12.23, 22:00 - Messages are encrypted.\n31.12.23, 22:00 - Anna: Hi')).toEqual([
      ['Anna', 'Hi'],
    ]);
  });

  it.each(['', '\n\n', 'no name here', ': no name'])('is refused when it is none: %j', (text) => {
    expect(() => parseChat(text)).toThrow(expect.objectContaining({ code: 'input-not-a-chat' }));
  });
});

describe('what goes to a terminal', () => {
  it('has no control characters', () => {
    expect(printable('a\u001b[31mred\u009b2J\u0007\tb\nc\r')).toBe('a[31mred2J\tb\nc');
  });
});
