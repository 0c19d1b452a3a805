import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { kindOf, LETTER, NUMBER, OTHER, SPACE } from '../../../model/tokenizer/unicode.js';
import { UNICODE_VERSION } from '../../../model/tokenizer/unicode-tables.js';

const FILE = 'model/tokenizer/unicode-tables.ts';
const properties = {
  LETTERS: ['\\p{L}', /^\p{L}$/u],
  NUMBERS: ['\\p{N}', /^\p{N}$/u],
  SPACES: ['\\s', /^\s$/u],
} as const;

function* codePoints(): Generator<number> {
  for (let codePoint = 0; codePoint <= 0x10ffff; codePoint++) {
    if (codePoint < 0xd800 || codePoint > 0xdfff) yield codePoint;
  }
}

/** Distances in base 36 between the ends of the ranges that `pattern` holds for. */
function tableOf(pattern: RegExp): string {
  const distances: string[] = [];
  let end = 0;
  let first = -1;
  for (let codePoint = 0; codePoint <= 0x110000; codePoint++) {
    const surrogate = codePoint >= 0xd800 && codePoint <= 0xdfff;
    const holds = codePoint <= 0x10ffff && !surrogate && pattern.test(String.fromCodePoint(codePoint));
    if (holds && first < 0) first = codePoint;
    if (holds || first < 0) continue;
    distances.push((first - end).toString(36), (codePoint - 1 - first).toString(36));
    end = codePoint - 1;
    first = -1;
  }
  return distances.join(' ');
}

function generate(): string {
  const tables = Object.entries(properties).map(([name, [label, pattern]]) => {
    const lines = tableOf(pattern).match(/.{1,104}( |$)/g) ?? [];
    const separator = lines.length > 1 ? '\n  ' : ' ';
    return `/** ${label} */\nexport const ${name} =${separator}${lines.map((line) => `'${line}'`).join(' +\n  ')};\n`;
  });
  return `/**
 * Generated from the regular expressions of the JavaScript engine: \`UPDATE_UNICODE=1 npx vitest run
 * test/model/tokenizer/unicode.test.ts\` writes this file anew. The format is described in unicode.ts.
 */

export const UNICODE_VERSION = '${process.versions['unicode']}';

${tables.join('\n')}`;
}

describe('the Unicode tables', () => {
  if (process.env['UPDATE_UNICODE']) writeFileSync(FILE, generate());

  const engine = Number(process.versions['unicode']);
  const committed = Number(UNICODE_VERSION);

  it('are what this engine generates, if it knows the same version of Unicode', () => {
    const same = engine === committed;
    expect(same ? generate() : UNICODE_VERSION).toBe(same ? readFileSync(FILE, 'utf8') : UNICODE_VERSION);
  });

  it('agree with this engine on every character that both versions know', () => {
    const kinds = [OTHER, LETTER, NUMBER, SPACE];
    const patterns = [/^[^\p{L}\p{N}\s]$/u, /^\p{L}$/u, /^\p{N}$/u, /^\s$/u];
    const different: string[] = [];
    for (const codePoint of codePoints()) {
      const character = String.fromCodePoint(codePoint);
      const kind = kinds.find((k) => patterns[k]!.test(character));
      const ours = kindOf(codePoint);
      // The version that knows less takes what it doesn't know for OTHER; characters don't change otherwise.
      const newer = (engine > committed && ours === OTHER) || (engine < committed && kind === OTHER);
      if (kind !== ours && !newer) different.push(`U+${codePoint.toString(16)}`);
    }
    expect(different).toEqual([]);
  });

  it('know nothing about numbers that are no code points', () => {
    for (const number of [-1, 0x33480, 0x110000, 0x1fffff]) expect(kindOf(number)).toBe(OTHER);
  });
});
