/**
 * ChatML: each turn between `<|im_start|>role` and `<|im_end|>`. The marks are set by token id, here and nowhere else;
 * all text goes through the tokenizer as data, in which nothing is a mark.
 */
import type { Tokenizer } from '../tokenizer/index.js';
import type { Secrets } from './secrets.js';
import { utf8 } from './words.js';

export interface Example {
  readonly given: string;
  readonly answer: string;
}

/** Puts a prompt together in memory that belongs to the given arena. */
export class Prompt {
  readonly #tokenizer: Tokenizer;
  readonly #tokens: Int32Array;
  readonly #start: number;
  readonly #end: number;
  #count = 0;

  /**
   * Room for `capacity` tokens: one for each byte of text, and 16 for each turn, are enough.
   * @throws TokenizerError `tokenizer-unsupported` when the model doesn't speak ChatML
   */
  constructor(tokenizer: Tokenizer, secrets: Secrets, capacity: number) {
    this.#tokenizer = tokenizer;
    this.#tokens = secrets.int32(capacity);
    this.#start = tokenizer.special('<|im_start|>');
    this.#end = tokenizer.special('<|im_end|>');
  }

  /** The prompt so far: a view. */
  get tokens(): Int32Array {
    return this.#tokens.subarray(0, this.#count);
  }

  open(role: 'system' | 'user' | 'assistant'): this {
    this.#tokens[this.#count++] = this.#start;
    return this.text(utf8(`${role}\n`));
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
    this.#tokens[this.#count++] = this.#end;
    return this.text(utf8('\n'));
  }

  /** What is common to all prompts of a task: an instruction, then examples of what is given and answered. */
  introduction(instruction: string, examples: readonly Example[]): this {
    this.open('system').text(utf8(instruction)).close();
    for (const { given, answer } of examples) {
      this.open('user').text(utf8(given)).close();
      this.open('assistant').text(utf8(answer)).close();
    }
    return this;
  }
}

/** Tokens of an introduction, in ordinary memory: it holds nothing of any user. */
export function introduction(
  tokenizer: Tokenizer,
  instruction: string,
  examples: readonly Example[],
): Int32Array {
  const size = examples.reduce(
    (sum, { given, answer }) => sum + utf8(given + answer).length + 64,
    instruction.length + 64,
  );
  const room = {
    bytes: (n: number) => new Uint8Array(n),
    int32: (n: number) => new Int32Array(n),
    float32: (n: number) => new Float32Array(n),
  };
  return new Prompt(tokenizer, room, size).introduction(instruction, examples).tokens;
}
