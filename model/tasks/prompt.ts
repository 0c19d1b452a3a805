/**
 * Prompts: turns between marks. The marks are set by token id, here and nowhere else; all text goes through the tokenizer
 * as data, in which nothing is a mark.
 */
import { type Tokenizer, TokenizerError } from '../tokenizer/index.js';
import type { Secrets } from './secrets.js';
import { utf8 } from './words.js';

export type Role = 'system' | 'user' | 'assistant';

export interface Example {
  readonly given: string;
  readonly answer: string;
}

/** How a model wants turns to be marked. */
export interface Dialect {
  /** What stands before the first turn. */
  readonly begin: readonly number[];
  readonly open: Readonly<Record<Role, readonly number[]>>;
  readonly close: readonly number[];
  /** Tokens that end an answer. */
  readonly stops: readonly number[];
}

/**
 * The dialect of a model, known by its special tokens: ChatML (SmolLM, Qwen) or Llama 3's.
 * @throws TokenizerError `tokenizer-unsupported` when it speaks neither
 */
export function dialectOf(tokenizer: Tokenizer): Dialect {
  const has = (name: string): boolean => specials(tokenizer, [name]).length > 0;
  const text = (constant: string): number[] => [...tokenizer.encode(utf8(constant))];
  const opened = (of: (role: Role) => number[]): Dialect['open'] => ({
    system: of('system'),
    user: of('user'),
    assistant: of('assistant'),
  });
  if (has('<|start_header_id|>')) {
    const [header, headerEnd] = [
      tokenizer.special('<|start_header_id|>'),
      tokenizer.special('<|end_header_id|>'),
    ];
    return {
      begin: specials(tokenizer, ['<|begin_of_text|>']),
      open: opened((role) => [header, ...text(role), headerEnd, ...text('\n\n')]),
      close: [tokenizer.special('<|eot_id|>')],
      stops: specials(tokenizer, ['<|eot_id|>', '<|eom_id|>', '<|end_of_text|>', '<|start_header_id|>']),
    };
  }
  const [start, end] = [tokenizer.special('<|im_start|>'), tokenizer.special('<|im_end|>')];
  return {
    begin: [],
    open: opened((role) => [start, ...text(`${role}\n`)]),
    close: [end, ...text('\n')],
    stops: specials(tokenizer, ['<|im_end|>', '<|im_start|>', '<|endoftext|>']),
  };
}

/** Those of the names that are special tokens of the model. */
function specials(tokenizer: Tokenizer, names: readonly string[]): number[] {
  return names.flatMap((name) => {
    try {
      return [tokenizer.special(name)];
    } catch (error) {
      if (error instanceof TokenizerError) return [];
      throw error;
    }
  });
}

/** Puts a prompt together in memory that belongs to the given arena. */
export class Prompt {
  readonly #dialect: Dialect;
  readonly #tokenizer: Tokenizer;
  readonly #tokens: Int32Array;
  #count = 0;

  /** Room for `capacity` tokens: one for each byte of text, and 16 for each turn, are enough. */
  constructor(
    model: { readonly tokenizer: Tokenizer; readonly dialect: Dialect },
    secrets: Secrets,
    capacity: number,
  ) {
    this.#dialect = model.dialect;
    this.#tokenizer = model.tokenizer;
    this.#tokens = secrets.int32(capacity);
  }

  /** The prompt so far: a view. */
  get tokens(): Int32Array {
    return this.#tokens.subarray(0, this.#count);
  }

  open(role: Role): this {
    return this.#marks(this.#dialect.open[role]);
  }

  text(text: Uint8Array): this {
    this.#count += this.#tokenizer.encode(text, this.#tokens.subarray(this.#count)).length;
    return this;
  }

  /** Text that has been tokenized already. */
  tokenized(ids: Int32Array): this {
    this.#tokens.set(ids, this.#count);
    this.#count += ids.length;
    return this;
  }

  close(): this {
    return this.#marks(this.#dialect.close);
  }

  /** An instruction, then examples of what is given and answered. The prompt goes on with what is given. */
  turns(instruction: string, examples: readonly Example[]): this {
    this.#begin(instruction);
    for (const { given, answer } of examples) {
      this.open('user').text(utf8(given)).close();
      this.open('assistant').text(utf8(answer)).close();
    }
    return this;
  }

  /**
   * An instruction, and what the assistant has written so far: one piece after the other, of the same kind. The prompt goes
   * on with the beginning of the next one. Small models go on with a text more surely than they do what they are told.
   */
  document(instruction: string, request: string, pieces: readonly string[]): this {
    this.#begin(instruction).open('user').text(utf8(request)).close().open('assistant');
    for (const piece of pieces) this.text(utf8(`${piece}\n\n`));
    return this;
  }

  #begin(instruction: string): this {
    return this.#marks(this.#dialect.begin).open('system').text(utf8(instruction)).close();
  }

  #marks(ids: readonly number[]): this {
    this.#tokens.set(ids, this.#count);
    this.#count += ids.length;
    return this;
  }
}
