/**
 * The last hand on what is said: whole characters, one blank between words, no line said twice, nothing that looks like
 * another turn of the chat, and never more than a given length. It works on bytes as they come.
 */
import { Detokenizer, type Tokenizer } from '../tokenizer/index.js';
import type { Secrets } from './secrets.js';
import { lower } from './word-table.js';

const LF = 0x0a;
const BLANK = 0x20;

/** Names of turns in prompts. A line that begins with one of them, and a colon, is no answer. */
const turns = ['user', 'assistant', 'system', 'summary', 'chat', 'message'].map((name) =>
  new TextEncoder().encode(`${name}:`),
);

export class Cleaner {
  readonly #detokenizer: Detokenizer;
  readonly #emit: (text: Uint8Array) => void;
  readonly #maxBytes: number;
  /** Everything said so far, to find what is repeated. */
  readonly #said: Uint8Array;
  #saidLength = 0;
  /** The line that is being said; it is let go when it is complete. */
  readonly #line: Uint8Array;
  #lineLength = 0;
  #full = false;

  readonly #verbatim: boolean;

  /**
   * `emit` gets views that are wiped with `secrets`; at most `maxBytes` in all. With `verbatim`, lines are the user's own
   * and none is left out.
   */
  constructor(
    tokenizer: Tokenizer,
    secrets: Secrets,
    options: {
      readonly maxBytes: number;
      readonly verbatim: boolean;
      readonly emit: (text: Uint8Array) => void;
    },
  ) {
    const { maxBytes, emit } = options;
    this.#verbatim = options.verbatim;
    this.#detokenizer = new Detokenizer(tokenizer);
    this.#emit = emit;
    this.#maxBytes = maxBytes;
    this.#said = secrets.bytes(maxBytes);
    this.#line = secrets.bytes(maxBytes);
  }

  /** Bytes said so far. */
  get length(): number {
    return this.#saidLength;
  }

  /** Whether the length is used up: what comes now is not said. */
  get full(): boolean {
    return this.#full;
  }

  token(id: number): void {
    this.text(this.#detokenizer.push(id));
  }

  /** Text of which each piece has to end with a whole character. */
  text(text: Uint8Array): void {
    for (let at = 0; at < text.length && !this.#full; ) {
      const byte = text[at]!;
      if (byte === LF) {
        this.endLine();
        at++;
        continue;
      }
      let end = at + 1;
      while (end < text.length && (text[end]! & 0xc0) === 0x80) end++;
      this.#add(text.subarray(at, end));
      at = end;
    }
  }

  /** Says the line if it is worth saying, and begins the next one. */
  endLine(): void {
    this.text(this.#detokenizer.flush());
    const line = this.#trimmed();
    if (this.#isWorthSaying(line)) this.#say(line);
    this.#line.fill(0, 0, this.#lineLength);
    this.#lineLength = 0;
  }

  /** Begins a new answer: what was said before may be said again. */
  reset(): void {
    this.#said.fill(0);
    this.#saidLength = 0;
    this.#full = false;
  }

  /** Clears what the arena doesn't own. */
  wipe(): void {
    this.#detokenizer.wipe();
  }

  #add(character: Uint8Array): void {
    const byte = character[0]!;
    const blank = byte === BLANK || byte === 0x09 || byte === 0x0d;
    if (blank && (this.#lineLength === 0 || this.#line[this.#lineLength - 1] === BLANK)) return;
    if (byte < 0x20 && !blank) return;
    // Room for the line end that will separate it from what was said before.
    if (this.#saidLength + this.#lineLength + character.length + 1 > this.#maxBytes) {
      this.#full = true;
      return;
    }
    if (blank) this.#line[this.#lineLength++] = BLANK;
    else {
      this.#line.set(character, this.#lineLength);
      this.#lineLength += character.length;
    }
  }

  #trimmed(): Uint8Array {
    let end = this.#lineLength;
    while (end > 0 && this.#line[end - 1] === BLANK) end--;
    return this.#line.subarray(0, end);
  }

  #isWorthSaying(line: Uint8Array): boolean {
    if (this.#verbatim) return line.length > 0 || this.#saidLength > 0;
    return line.length > 0 && !this.#isTurn(line) && !this.#isRepeated(line);
  }

  #isTurn(line: Uint8Array): boolean {
    return turns.some(
      (turn) => line.length >= turn.length && turn.every((byte, i) => byte === lower(line[i]!)),
    );
  }

  /** Whether a line of what was said is the same but for the case of letters. */
  #isRepeated(line: Uint8Array): boolean {
    for (let at = 0; at < this.#saidLength; ) {
      let end = this.#said.subarray(0, this.#saidLength).indexOf(LF, at);
      if (end < 0) end = this.#saidLength;
      if (end - at === line.length && line.every((byte, i) => lower(byte) === lower(this.#said[at + i]!)))
        return true;
      at = end + 1;
    }
    return false;
  }

  #say(line: Uint8Array): void {
    const start = this.#saidLength;
    if (start > 0) this.#said[this.#saidLength++] = LF;
    this.#said.set(line, this.#saidLength);
    this.#saidLength += line.length;
    this.#emit(this.#said.subarray(start, this.#saidLength));
  }
}
