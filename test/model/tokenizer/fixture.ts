import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { Tokenizer } from '../../../model/tokenizer/index.js';

/** The default pack; `npm test` imports it before anything runs. */
export const packs = resolve('.sotto/models');
export const packDir = resolve(packs, 'default');
if (!existsSync(packDir)) throw new Error(`${packDir} is missing: run "npm run setup -- --model" first.`);

export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
export const fromUtf8 = (bytes: Uint8Array): string =>
  new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);

export const loadDefault = (): Promise<Tokenizer> => Tokenizer.fromPack(packDir);

/** A small, fast generator with a fixed seed (Mulberry32): numbers from 0 up to, not including, 1. */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** What chats are made of, and what splits them: words, blanks, digits, contractions, marks, many scripts. */
const ingredients = [
  ...['hello', 'the', 'Straße', 'naïve', 'Anna', 'ok', 'x', 'WORLD', 'don', 'we', 'I'],
  ...["'s", "'S", "'t", "'re", "'RE", "'ve", "'m", "'ll", "'lL", "'d", "'x", "'", '’s', 'ſ', "'ſ"],
  ...[
    ' ',
    ' ',
    ' ',
    '  ',
    '   ',
    '\t',
    '\n',
    '\n\n',
    '\r\n',
    '\r',
    ' \n',
    '\n ',
    '\u00a0',
    '\u3000',
    '\u2028',
  ],
  ...['\u0085', '\ufeff', '\u200b', '\u200d', '\u2009', '\v', '\f'],
  ...['0', '7', '42', '2024', '19:30', '3.14', '1,000', '٣٤', '½', '²', 'Ⅷ', '①', '५', '𝟘'],
  ...[
    '.',
    '...',
    '!',
    '?!',
    ',',
    '-',
    '—',
    '(',
    ')',
    '"',
    '#tag',
    '@ana',
    '$5',
    '€20',
    '…',
    '_',
    '`',
    '<',
    '>',
  ],
  ...['http://a.bc/d?e=f&g', 'a@b.de', '<b>', '|', '{}', '\\n', '==', '::'],
  ...['👍', '👍🏽', '👩‍👩‍👧‍👦', '🇩🇪', '🏳️‍🌈', '❤️', '🫠', '1️⃣', '🤷🏿‍♀️'],
  ...[
    'привет',
    'мир',
    '你好',
    '世界',
    'こんにちは',
    'カナ',
    '안녕',
    'שלום',
    'مرحبا',
    'नमस्ते',
    'ไทย',
    'ελλη',
    'é',
    'e\u0301',
  ],
  ...['𝓗', '𐍈', '𠜎', 'ß', 'İ', 'ŉ', 'ǅ', 'ʰ', 'ª', '\u0301', '\u{1F1E6}', '\u{10FFFF}'.slice(0, 0)],
];

/** A string of up to 24 ingredients. */
export function randomText(random: () => number): string {
  const parts: string[] = [];
  const count = Math.floor(random() * 24);
  for (let i = 0; i < count; i++) parts.push(ingredients[Math.floor(random() * ingredients.length)]!);
  return parts.join('');
}
