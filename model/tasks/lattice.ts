/**
 * A text with choices in it: a row of slots, each with some options to say. It follows the model token by token and
 * leaves it nothing to say but one of the options of each slot in turn. So a model that is too small to be trusted
 * with facts can still choose words: it can't add a name or a number that is not there, nor lose one.
 */
import type { Tokenizer } from '../tokenizer/index.js';
import type { Secrets } from './secrets.js';

/** Room for the places where the model can be at the same time; more would need more options alike than we have. */
const MAX_STATES = 4096;
/** How many of the last tokens are remembered, and how much less likely each of them gets. */
const SAID = 64;
const REPETITION_PENALTY = 4;

export class Lattice {
  readonly #tokenizer: Tokenizer;
  readonly #end: number;
  /** The tokens of all options, one after the other. */
  readonly #tokens: Int32Array;
  /** Where each option begins in `#tokens`, and where the last one ends. */
  readonly #options: Int32Array;
  readonly #biases: Float32Array;
  /** First option, and option after the last one, of each slot. */
  readonly #slots: Int32Array;
  #tokenCount = 0;
  #optionCount = 0;
  #slotCount = 0;
  /** Pairs of slot and place in `#tokens`: what may come next. */
  #states: Int32Array;
  #nextStates: Int32Array;
  #stateCount = 0;
  #mayEnd = false;
  #ended = false;
  readonly #exits: Uint8Array;
  readonly #optional: Uint8Array;
  /** What has been said, to favour what has not. */
  readonly #said: Int32Array;
  #saidCount = 0;
  readonly #saved: Float32Array;

  /** Room for this many bytes in all options and for this many options; `end` is the token that ends a text. */
  constructor(tokenizer: Tokenizer, end: number, secrets: Secrets, bytes: number, options: number) {
    this.#tokenizer = tokenizer;
    this.#end = end;
    this.#tokens = secrets.int32(bytes);
    this.#options = secrets.int32(options + 1);
    this.#biases = secrets.float32(options);
    this.#slots = secrets.int32(2 * options);
    this.#exits = secrets.bytes(options + 1);
    this.#optional = secrets.bytes(options);
    this.#said = secrets.int32(SAID);
    this.#states = secrets.int32(2 * MAX_STATES);
    this.#nextStates = secrets.int32(2 * MAX_STATES);
    this.#saved = secrets.float32(MAX_STATES);
  }

  /** Number of tokens of the longest way through. */
  get maxTokens(): number {
    let sum = 1;
    for (let slot = 0; slot < this.#slotCount; slot++) {
      let longest = 0;
      for (let o = this.#slots[2 * slot]!; o < this.#slots[2 * slot + 1]!; o++) {
        longest = Math.max(longest, this.#options[o + 1]! - this.#options[o]!);
      }
      sum += longest;
    }
    return sum;
  }

  /** Begins a slot; its options follow. */
  slot(): this {
    this.#slots[2 * this.#slotCount] = this.#optionCount;
    this.#slots[2 * this.#slotCount + 1] = this.#optionCount;
    this.#slotCount++;
    return this;
  }

  /** Adds an option to the last slot; an empty one lets it be skipped. A bias above 0 favours the option. */
  option(text: Uint8Array, bias = 0): this {
    const ids = this.#tokenizer.encode(text, this.#tokens.subarray(this.#tokenCount));
    this.#tokenCount += ids.length;
    this.#biases[this.#optionCount++] = bias;
    this.#options[this.#optionCount] = this.#tokenCount;
    this.#slots[2 * this.#slotCount - 1] = this.#optionCount;
    return this;
  }

  /** A slot with the same options as an earlier one; `optional` lets it be skipped all the same. */
  again(slot: number, optional = false): this {
    this.#slots[2 * this.#slotCount] = this.#slots[2 * slot]!;
    this.#slots[2 * this.#slotCount + 1] = this.#slots[2 * slot + 1]!;
    if (optional) this.#optional[this.#slotCount] = 1;
    this.#slotCount++;
    return this;
  }

  /** Lets what comes next be left out, up to the last slot. */
  mayLeave(): this {
    this.#exits[this.#slotCount] = 1;
    return this;
  }

  /** Goes to the beginning. */
  start(): void {
    this.#stateCount = 0;
    this.#mayEnd = false;
    this.#ended = false;
    this.#saidCount = 0;
    this.#enter(0);
  }

  /** Whether nothing can follow. */
  get finished(): boolean {
    return this.#stateCount === 0;
  }

  /** Whether the token that ends a text was the last one. */
  get ended(): boolean {
    return this.#ended;
  }

  /** The one token that can come next, so that nobody has to be asked; -1 where there is a choice. */
  get onlyToken(): number {
    const id = this.#tokens[this.#states[1]!]!;
    if (this.#mayEnd || this.#stateCount === 0) return -1;
    for (let i = 1; i < this.#stateCount; i++) if (this.#tokens[this.#states[2 * i + 1]!] !== id) return -1;
    return id;
  }

  /** Leaves only those tokens a chance that an option goes on with. */
  adjust(logits: Float32Array): void {
    const count = this.#stateCount;
    for (let i = 0; i < count; i++) {
      const at = this.#states[2 * i + 1]!;
      this.#saved[i] = logits[this.#tokens[at]!]! + this.#biasAt(this.#states[2 * i]!, at);
    }
    for (let i = 0; i < count; i++) {
      if (this.#wasSaid(this.#tokens[this.#states[2 * i + 1]!]!)) this.#saved[i]! -= REPETITION_PENALTY;
    }
    const end = logits[this.#end]!;
    logits.fill(Number.NEGATIVE_INFINITY);
    if (this.#mayEnd) logits[this.#end] = end;
    for (let i = 0; i < count; i++) {
      const id = this.#tokens[this.#states[2 * i + 1]!]!;
      logits[id] = Math.max(logits[id]!, this.#saved[i]!);
    }
  }

  /** Goes on with a token that `adjust` left a chance. */
  accept(id: number): void {
    const [states, count] = [this.#states, this.#stateCount];
    this.#states = this.#nextStates;
    this.#nextStates = states;
    this.#stateCount = 0;
    this.#ended = this.#mayEnd && id === this.#end;
    this.#mayEnd = false;
    if (this.#ended) return;
    this.#said[this.#saidCount++ % SAID] = id;
    for (let i = 0; i < count; i++) {
      const slot = states[2 * i]!;
      const at = states[2 * i + 1]!;
      if (this.#tokens[at] !== id) continue;
      if (this.#endsOption(slot, at + 1)) this.#enter(slot + 1);
      else this.#add(slot, at + 1);
    }
  }

  #enter(slot: number): void {
    if (slot === this.#slotCount) {
      this.#mayEnd = true;
      return;
    }
    if (this.#exits[slot] === 1) this.#enter(this.#slotCount - 1);
    let skip = this.#optional[slot] === 1;
    for (let option = this.#slots[2 * slot]!; option < this.#slots[2 * slot + 1]!; option++) {
      const at = this.#options[option]!;
      if (at === this.#options[option + 1]) skip = true;
      else this.#add(slot, at);
    }
    if (skip) this.#enter(slot + 1);
  }

  #add(slot: number, at: number): void {
    if (this.#stateCount === MAX_STATES) return;
    this.#states[2 * this.#stateCount] = slot;
    this.#states[2 * this.#stateCount + 1] = at;
    this.#stateCount++;
  }

  #wasSaid(id: number): boolean {
    return this.#said.subarray(0, Math.min(this.#saidCount, SAID)).includes(id);
  }

  #endsOption(slot: number, at: number): boolean {
    for (let option = this.#slots[2 * slot]!; option < this.#slots[2 * slot + 1]!; option++) {
      if (this.#options[option + 1] === at && this.#options[option]! < at) return true;
    }
    return false;
  }

  #biasAt(slot: number, at: number): number {
    for (let option = this.#slots[2 * slot]!; option < this.#slots[2 * slot + 1]!; option++) {
      if (this.#options[option] === at && this.#options[option + 1]! > at) return this.#biases[option]!;
    }
    return 0;
  }
}
