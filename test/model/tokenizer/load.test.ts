import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Tokenizer } from '../../../model/tokenizer/index.js';
import { fromUtf8, packDir, utf8 } from './fixture.js';

const dir = mkdtempSync(join(tmpdir(), 'sotto-tokenizer-'));
afterAll(() => rmSync(dir, { recursive: true }));

const byteLevel = { type: 'ByteLevel', add_prefix_space: false, use_regex: true };
const small = {
  added_tokens: [{ id: 5, content: '<end>' }],
  pre_tokenizer: byteLevel as object,
  model: {
    type: 'BPE',
    vocab: { a: 0, b: 1, ab: 2, Ġ: 3, Ġab: 4 } as Record<string, number>,
    merges: ['a b', ['Ġ', 'ab']] as unknown[],
    ignore_merges: false,
  },
};

function load(file: unknown): Promise<Tokenizer> {
  writeFileSync(join(dir, 'tokenizer.json'), typeof file === 'string' ? file : JSON.stringify(file));
  return Tokenizer.fromPack(dir);
}

describe('a tokenizer file', () => {
  it('is read with merges in either spelling, and special tokens outside the vocabulary', async () => {
    const tokenizer = await load(small);
    expect([...tokenizer.encode(utf8('ab ab ba'))]).toEqual([2, 4, 3, 1, 0]);
    expect(tokenizer.special('<end>')).toBe(5);
    expect(fromUtf8(tokenizer.decodeToken(5))).toBe('<end>');
    expect(tokenizer.size).toBe(6);
    expect(tokenizer.decodeToken(6)).toHaveLength(0);
  });

  it('can have whole pieces taken without merging', async () => {
    const vocab = { ...small.model.vocab, ba: 5 };
    const added_tokens = [{ id: 6, content: '<end>' }];
    const merging = await load({ ...small, added_tokens, model: { ...small.model, vocab } });
    const whole = await load({
      ...small,
      added_tokens,
      model: { ...small.model, vocab, ignore_merges: true },
    });
    expect([...merging.encode(utf8('ba'))]).toEqual([1, 0]);
    expect([...whole.encode(utf8('ba'))]).toEqual([5]);
  });

  it('never gives a special token for bytes, even as a whole piece', async () => {
    const vocab = { ...small.model.vocab, abab: 5 };
    const added_tokens = [{ id: 5, content: 'abab' }];
    const whole = await load({
      ...small,
      added_tokens,
      model: { ...small.model, vocab, ignore_merges: true },
    });
    expect([...whole.encode(utf8('abab'))]).toEqual([2, 2]);
  });

  it.each([
    ['no file', 'tokenizer-missing', undefined],
    ['no JSON', 'tokenizer-malformed', '{'],
    ['no model', 'tokenizer-malformed', {}],
    [
      'a merge of unknown tokens',
      'tokenizer-malformed',
      { ...small, model: { ...small.model, merges: ['a c'] } },
    ],
    [
      'an id beyond the vocabulary',
      'tokenizer-malformed',
      { ...small, model: { ...small.model, vocab: { a: 99 }, merges: [] } },
    ],
    [
      'characters outside the byte alphabet',
      'tokenizer-malformed',
      { ...small, model: { ...small.model, vocab: { 'a b': 0 }, merges: [] } },
    ],
    [
      'another kind of model',
      'tokenizer-unsupported',
      { ...small, model: { ...small.model, type: 'Unigram' } },
    ],
    ['another splitting', 'tokenizer-unsupported', { ...small, pre_tokenizer: { type: 'Whitespace' } }],
    [
      'a regular expression that is nearly Llama’s',
      'tokenizer-unsupported',
      {
        ...small,
        pre_tokenizer: {
          type: 'Sequence',
          pretokenizers: [
            { type: 'Split', pattern: { Regex: '\\p{N}{1,4}' } },
            { ...byteLevel, use_regex: false },
          ],
        },
      },
    ],
  ])('with %s is refused as %s', async (_, code, file) => {
    const loading = file === undefined ? Tokenizer.fromPack(join(dir, 'nowhere')) : load(file);
    await expect(loading).rejects.toMatchObject({ name: 'TokenizerError', code });
  });

  it('without a special token that is asked for says so', async () => {
    const tokenizer = await load(small);
    expect(() => tokenizer.special('<|im_start|>')).toThrow(
      expect.objectContaining({ code: 'tokenizer-unsupported' }),
    );
  });
});

/** Importing a pack writes the published expressions of llama3 and qwen2: they have to be recognized as such. */
describe('the splittings that packs are written with', () => {
  const words = (digits: string) =>
    `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|${digits}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+`;
  const file = JSON.parse(readFileSync(join(packDir, 'tokenizer.json'), 'utf8')) as typeof small;

  it.each([
    ['\\p{N}{1,3}', "x123456\n\n  Y'S ok"],
    ['\\p{N}', "x123456\n\n  Y'S ok"],
  ])('take %s for digits', async (digits, text) => {
    const split = { type: 'Split', pattern: { Regex: words(digits) }, behavior: 'Isolated', invert: false };
    const pre_tokenizer = { type: 'Sequence', pretokenizers: [split, { ...byteLevel, use_regex: false }] };
    const tokenizer = await load({ ...file, pre_tokenizer });
    const { Tokenizer: Reference } = await import('@huggingface/tokenizers');
    const reference = new Reference({ ...file, pre_tokenizer } as never, {});
    expect([...tokenizer.encode(utf8(text))]).toEqual(reference.encode(text).ids);
  });
});
