/** tokenizer.json and tokenizer_config.json, in Hugging Face's format, from the tokenizer in GGUF metadata. */
import { ModelError } from '../error.js';
import type { Metadata } from '../gguf/index.js';
import { specialTokenNames } from './special-tokens.js';

const CONTROL = 3;
const USER_DEFINED = 4;

interface Splitting {
  readonly normalizer: object | null;
  readonly preTokenizer: object;
  /** Whether a piece that is in the vocabulary as a whole is taken without merging. */
  readonly ignoreMerges: boolean;
}

const byteLevel = (useRegex: boolean) => ({
  type: 'ByteLevel',
  add_prefix_space: false,
  trim_offsets: true,
  use_regex: useRegex,
});
const sequence = (...pretokenizers: object[]) => ({ type: 'Sequence', pretokenizers });
const split = (regex: string) =>
  sequence(
    { type: 'Split', pattern: { Regex: regex }, behavior: 'Isolated', invert: false },
    byteLevel(false),
  );
const words = (digits: string) =>
  `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|${digits}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+`;

/** How text is cut into pieces before merging, by `tokenizer.ggml.pre`. */
const splittings: ReadonlyMap<string, Splitting> = new Map([
  ['gpt-2', { normalizer: null, preTokenizer: byteLevel(true), ignoreMerges: false }],
  [
    'smollm',
    {
      normalizer: null,
      preTokenizer: sequence({ type: 'Digits', individual_digits: true }, byteLevel(true)),
      ignoreMerges: false,
    },
  ],
  ['llama-bpe', { normalizer: null, preTokenizer: split(words('\\p{N}{1,3}')), ignoreMerges: true }],
  ['qwen2', { normalizer: { type: 'NFC' }, preTokenizer: split(words('\\p{N}')), ignoreMerges: false }],
]);

/** @throws ModelError `import-tokenizer-unsupported` for anything but byte-level BPE with a known splitting. */
export function tokenizerFiles(metadata: Metadata): { tokenizer: object; tokenizerConfiguration: object } {
  const tokens = metadata.strings('tokenizer.ggml.tokens');
  const names = specialTokenNames(metadata, tokens);
  const added = addedTokens(metadata, tokens);
  const bos = metadata.boolean('tokenizer.ggml.add_bos_token', false) ? names['bos_token'] : undefined;
  const tokenizerConfiguration = {
    tokenizer_class: 'PreTrainedTokenizer',
    ...names,
    added_tokens_decoder: Object.fromEntries(added.map(({ id, ...token }) => [id, token])),
    add_bos_token: bos !== undefined,
    add_prefix_space: false,
    clean_up_tokenization_spaces: false,
    model_max_length: metadata.number(`${metadata.string('general.architecture')}.context_length`),
    chat_template: metadata.string('tokenizer.chat_template', ''),
  };
  return { tokenizer: tokenizer(metadata, tokens, added, bos), tokenizerConfiguration };
}

function tokenizer(
  metadata: Metadata,
  tokens: readonly string[],
  added: readonly AddedToken[],
  bos: string | undefined,
): object {
  const { normalizer, preTokenizer, ignoreMerges } = splittingOf(metadata);
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: added,
    normalizer,
    pre_tokenizer: preTokenizer,
    post_processor: bos === undefined ? null : startingWith(bos, tokens.indexOf(bos)),
    decoder: byteLevel(true),
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: ignoreMerges,
      vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
      merges: metadata.strings('tokenizer.ggml.merges'),
    },
  };
}

function splittingOf(metadata: Metadata): Splitting {
  const model = metadata.string('tokenizer.ggml.model');
  const pre = metadata.string('tokenizer.ggml.pre', 'default');
  const splitting = model === 'gpt2' ? splittings.get(pre) : undefined;
  if (!splitting) {
    throw new ModelError(
      'import-tokenizer-unsupported',
      `The tokenizer ${model}/${pre} cannot be imported; supported: gpt2 with ${[...splittings.keys()].join(', ')}.`,
    );
  }
  return splitting;
}

interface AddedToken {
  readonly id: number;
  readonly content: string;
  readonly single_word: false;
  readonly lstrip: false;
  readonly rstrip: false;
  readonly normalized: false;
  readonly special: boolean;
}

/** Tokens that are found in text before it is split: control tokens, and those that the model's makers added. */
function addedTokens(metadata: Metadata, tokens: readonly string[]): AddedToken[] {
  const types = metadata.numbers('tokenizer.ggml.token_type');
  const added: AddedToken[] = [];
  for (const [id, content] of tokens.entries()) {
    const type = types[id];
    if (type !== CONTROL && type !== USER_DEFINED) continue;
    const plain = { single_word: false, lstrip: false, rstrip: false, normalized: false } as const;
    added.push({ id, content, ...plain, special: type === CONTROL });
  }
  return added;
}

/** A post-processor that puts one token before every text. */
function startingWith(token: string, id: number): object {
  const first = { SpecialToken: { id: token, type_id: 0 } };
  const text = (name: 'A' | 'B') => ({ Sequence: { id: name, type_id: 0 } });
  return {
    type: 'TemplateProcessing',
    single: [first, text('A')],
    pair: [first, text('A'), first, text('B')],
    special_tokens: { [token]: { id: token, ids: [id], tokens: [token] } },
  };
}
