import { describe, expect, it } from 'vitest';
import { type SplittingName, splittings } from '../../../model/tokenizer/splitting.js';
import { fromUtf8, randomText, seededRandom, utf8 } from './fixture.js';

const gpt2 = /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+/gu;
// (?i:…) is spelled out: this engine need not know inline modifiers.
const anyCase = "'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD]";
const words = (digits: string) =>
  new RegExp(
    `${anyCase}|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|${digits}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+`,
    'gu',
  );

/** The published rules, as the JavaScript engine runs them. */
const published: Record<SplittingName, (text: string) => string[]> = {
  gpt2: (text) => text.match(gpt2) ?? [],
  smollm: (text) => (text.match(/[^\d]+|\d/gu) ?? []).flatMap((part) => part.match(gpt2) ?? []),
  llama3: (text) => text.match(words('\\p{N}{1,3}')) ?? [],
  qwen2: (text) => text.match(words('\\p{N}')) ?? [],
};

function pieces(name: SplittingName, text: string): string[] {
  const bytes = utf8(text);
  const found: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = splittings[name](bytes, at, bytes.length);
    found.push(fromUtf8(bytes.subarray(at, end)));
    at = end;
  }
  return found;
}

describe.each(Object.keys(splittings) as SplittingName[])('the splitting of %s', (name) => {
  it('equals its published regular expression on 10,000 random strings', () => {
    const random = seededRandom(6);
    const different: string[] = [];
    for (let i = 0; i < 10_000; i++) {
      const text = randomText(random);
      if (pieces(name, text).join('\0') !== published[name](text).join('\0')) different.push(text);
    }
    expect(different).toEqual([]);
  });

  it.each([
    'a  b',
    'a \n b',
    ' \n\n  x',
    'end  ',
    "it's",
    "IT'S",
    ' 5',
    '  5',
    'a1b22c333d4444',
    '?\n\n x',
    '\tx',
    ' !x',
  ])('equals it on %j', (text) => {
    expect(pieces(name, text)).toEqual(published[name](text));
  });

  it('always moves forward and never past the end, also over invalid bytes', () => {
    const random = seededRandom(7);
    for (let run = 0; run < 2_000; run++) {
      const bytes = Uint8Array.from({ length: 1 + Math.floor(random() * 12) }, () =>
        Math.floor(random() * 256),
      );
      for (let at = 0; at < bytes.length; ) {
        const end = splittings[name](bytes, at, bytes.length);
        expect(end).toBeGreaterThan(at);
        expect(end).toBeLessThanOrEqual(bytes.length);
        at = end;
      }
    }
  });
});
