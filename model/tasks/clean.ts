/**
 * The last hand on what the model says: whole characters, one blank between words, one line, no sentence said twice, and
 * never more than a given length. It works on bytes as they come, and lets go of one sentence at a time.
 */
import { Detokenizer, type Tokenizer } from '../tokenizer/index.js';
import type { Secrets } from './secrets.js';
import { endsSentence, same, saysSomething, sentencesOf } from './words.js';

const LF = 0x0a;
const BLANK = 0x20;

export interface Limits {
  readonly maxBytes: number;
  readonly maxSentences: number;
}

export class Cleaner {
  readonly #detokenizer: Detokenizer;
  readonly #limits: Limits;
  readonly #emit: (text: Uint8Array) => void;
  /** What has been said, and behind it the sentence that is on its way. */
  readonly #text: Uint8Array;
  #said = 0;
  #length = 0;
  #sentences = 0;
  #over = false;

  /** `emit` gets views that are wiped with `secrets`. */
  constructor(tokenizer: Tokenizer, secrets: Secrets, limits: Limits, emit: (text: Uint8Array) => void) {
    this.#detokenizer = new Detokenizer(tokenizer);
    this.#limits = limits;
    this.#emit = emit;
    this.#text = secrets.bytes(limits.maxBytes);
  }

  /** All that has been said. */
  get said(): Uint8Array {
    return this.#text.subarray(0, this.#said);
  }

  /** Takes a token. Returns whether the answer is over: its line has ended, it goes round in circles, or is long enough. */
  token(id: number): boolean {
    this.#add(this.#detokenizer.push(id));
    return this.#over;
  }

  /** Says what is left, unless it is the torn end of an answer that has whole sentences. */
  end(torn = false): void {
    this.#add(this.#detokenizer.flush());
    if (!this.#over && !(torn && this.#sentences > 0)) this.#endSentence();
    this.#over = true;
  }

  /** Clears what `secrets` doesn't own. */
  wipe(): void {
    this.#detokenizer.wipe();
  }

  #add(text: Uint8Array): void {
    for (let at = 0; at < text.length && !this.#over; ) {
      let end = at + 1;
      while (end < text.length && (text[end]! & 0xc0) === 0x80) end++;
      this.#addCharacter(text.subarray(at, end));
      at = end;
    }
  }

  #addCharacter(character: Uint8Array): void {
    const byte = character[0]!;
    if (byte === LF) {
      // Blank lines at the beginning don't count.
      if (this.#length === 0) return;
      this.#endSentence();
      this.#over = true;
    } else if (byte === BLANK || byte === 0x09 || byte === 0x0d) {
      if (this.#length === 0 || this.#text[this.#length - 1] === BLANK) return;
      if (endsSentence(this.#text.subarray(this.#said, this.#length))) this.#endSentence();
      this.#put(BLANK_BYTES);
    } else if (byte > 0x20 && byte !== 0x7f) {
      this.#put(character);
    }
  }

  #put(character: Uint8Array): void {
    if (this.#over) return;
    if (this.#length + character.length > this.#limits.maxBytes) {
      if (this.#said === 0) this.#endSentence();
      this.#over = true;
      return;
    }
    this.#text.set(character, this.#length);
    this.#length += character.length;
  }

  #endSentence(): void {
    while (this.#length > this.#said && this.#text[this.#length - 1] === BLANK) this.#length--;
    const sentence = this.#text.subarray(this.#said, this.#length);
    if (sentence.length === 0) return;
    const bare = sentence[0] === BLANK ? sentence.subarray(1) : sentence;
    if (this.#wasSaid(bare)) {
      sentence.fill(0);
      this.#length = this.#said;
      this.#over = true;
      return;
    }
    this.#said = this.#length;
    this.#sentences++;
    if (this.#sentences === this.#limits.maxSentences) this.#over = true;
    this.#emit(sentence);
  }

  /** Models that have lost their thread say the same again, and would for ever. */
  #wasSaid(sentence: Uint8Array): boolean {
    if (!saysSomething(sentence)) return false;
    const said = this.said;
    for (const { start, end } of sentencesOf(said))
      if (same(said.subarray(start, end), sentence)) return true;
    return false;
  }
}

const BLANK_BYTES = Uint8Array.of(BLANK);
