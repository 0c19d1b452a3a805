/** Reads tokenizer.json in Hugging Face's format: public data of the model, hence ordinary strings and maps. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bytesOfSpelling } from './byte-alphabet.js';
import { TokenizerError } from './error.js';
import { Merges } from './merges.js';
import type { SplittingName } from './splitting.js';
import { Vocabulary } from './vocabulary.js';

const FILE = 'tokenizer.json';

export interface TokenizerParts {
  readonly vocabulary: Vocabulary;
  readonly merges: Merges;
  readonly splitting: SplittingName;
  /** Whether a piece that is a token as a whole is taken without merging. */
  readonly wholePieces: boolean;
}

interface TokenizerFile {
  readonly added_tokens: readonly { readonly id: number; readonly content: string }[];
  readonly pre_tokenizer: PreTokenizer;
  readonly model: {
    readonly type: string;
    readonly vocab: Readonly<Record<string, number>>;
    readonly merges: readonly (string | readonly [string, string])[];
    readonly ignore_merges?: boolean;
  };
}

interface PreTokenizer {
  readonly type: string;
  readonly pretokenizers?: readonly PreTokenizer[];
  readonly individual_digits?: boolean;
  readonly use_regex?: boolean;
  readonly pattern?: { readonly Regex?: string };
}

/**
 * Reads `dir`/tokenizer.json.
 * @throws TokenizerError `tokenizer-missing`, `tokenizer-malformed`, `tokenizer-unsupported`
 */
export async function loadTokenizer(dir: string): Promise<TokenizerParts> {
  const path = join(dir, FILE);
  let json: string;
  try {
    json = await readFile(path, 'utf8');
  } catch (cause) {
    throw new TokenizerError('tokenizer-missing', `${path} cannot be read: import the model again.`, {
      cause,
    });
  }
  try {
    return partsOf(JSON.parse(json) as TokenizerFile);
  } catch (cause) {
    if (cause instanceof TokenizerError) throw cause;
    throw malformed(`${path} is not a tokenizer file`, cause);
  }
}

function partsOf(file: TokenizerFile): TokenizerParts {
  if (file.model.type !== 'BPE') throw unsupported(`model type ${file.model.type}`);
  const specials = new Map(file.added_tokens.map(({ content, id }) => [content, id]));
  const ids = new Map(Object.entries(file.model.vocab));
  return {
    vocabulary: new Vocabulary(tokenBytes(ids, specials), specials),
    merges: mergesOf(file.model.merges, ids),
    splitting: splittingOf(file.pre_tokenizer),
    wholePieces: file.model.ignore_merges === true,
  };
}

function tokenBytes(ids: ReadonlyMap<string, number>, specials: ReadonlyMap<string, number>): Uint8Array[] {
  const size = Math.max(-1, ...specials.values(), ids.size - 1) + 1;
  const tokens: Uint8Array[] = Array.from({ length: size }, () => new Uint8Array(0));
  for (const [spelled, id] of ids) {
    const bytes = bytesOfSpelling(spelled);
    if (!(id < size) || (!bytes && !specials.has(spelled))) throw malformed(`token ${id} is out of place`);
    if (bytes) tokens[id] = bytes;
  }
  for (const [name, id] of specials) tokens[id] = new TextEncoder().encode(name);
  return tokens;
}

function mergesOf(pairs: TokenizerFile['model']['merges'], ids: ReadonlyMap<string, number>): Merges {
  const merges = new Merges(pairs.length);
  for (const [rank, pair] of pairs.entries()) {
    const [left = '', right = ''] = typeof pair === 'string' ? pair.split(' ') : pair;
    const [a, b, result] = [ids.get(left), ids.get(right), ids.get(left + right)];
    if (a === undefined || b === undefined || result === undefined) {
      throw malformed(`merge ${rank} names a token that is not in the vocabulary`);
    }
    merges.add(a, b, result);
  }
  return merges;
}

const words = (digits: string) =>
  `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|${digits}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+`;

/** Names the splitting by its exact published form: a rule that is nearly one of ours is not ours. */
function splittingOf(rule: PreTokenizer): SplittingName {
  const steps = rule.type === 'Sequence' ? (rule.pretokenizers ?? []) : [rule];
  const [first, second] = steps;
  const last = steps.at(-1);
  if (last?.type === 'ByteLevel' && last.use_regex !== false) {
    if (steps.length === 1) return 'gpt2';
    if (steps.length === 2 && first?.type === 'Digits' && first.individual_digits) return 'smollm';
  }
  if (steps.length === 2 && first?.type === 'Split' && second?.type === 'ByteLevel') {
    if (first.pattern?.Regex === words('\\p{N}{1,3}')) return 'llama3';
    if (first.pattern?.Regex === words('\\p{N}')) return 'qwen2';
  }
  throw unsupported(`pre-tokenizer ${rule.type}`);
}

const malformed = (what: string, cause?: unknown) =>
  new TokenizerError('tokenizer-malformed', `${FILE}: ${what}; import the model again.`, { cause });

const unsupported = (what: string) =>
  new TokenizerError(
    'tokenizer-unsupported',
    `${FILE}: ${what} is not supported; byte-level BPE with the splitting of gpt2, smollm, llama3 or qwen2 is.`,
  );
