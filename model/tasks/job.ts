/** One request on its way: what it needs to make the model speak, and what is known about it so far. */
import {
  type Backend,
  buildPrefix,
  type Generation,
  generate,
  type PrefixCache,
  type Sampling,
  SecretArena,
} from '../engine/index.js';
import type { Tokenizer } from '../tokenizer/index.js';
import { Cleaner, type Limits } from './clean.js';
import { TaskError } from './error.js';
import { Grounding } from './grounding.js';
import type { Dialect } from './prompt.js';
import type { TaskEvent, TaskStats } from './request.js';
import type { Source } from './source.js';
import { BLANK_ONLY, type VocabularyMarks } from './vocabulary-marks.js';

/** A model, and what is known about its vocabulary. */
export interface Model {
  readonly backend: Backend;
  readonly tokenizer: Tokenizer;
  readonly marks: VocabularyMarks;
  readonly dialect: Dialect;
}

/** How an answer is to be made. */
export interface Answer {
  readonly prompt: Int32Array;
  readonly prefix: PrefixCache;
  /** What the answer's numbers and names have to be in. */
  readonly source: Source;
  readonly maxTokens: number;
  readonly limits: Limits;
  readonly sampling: Sampling;
  readonly repetitionPenalty: number;
  /** Handicaps what the first token must not be, for instance. */
  readonly adjustFirst?: ((logits: Float32Array) => void) | undefined;
  /** Whether the answer must not look like a message, which has a name and a colon in front. */
  readonly unlabelled?: boolean;
  /** What the source's longer words gain, as a logit. */
  readonly leaning?: number;
  /** Gets the answer sentence by sentence, in memory of the task. */
  readonly emit?: ((text: Uint8Array) => void) | undefined;
}

export class Job {
  readonly model: Model;
  readonly arena: SecretArena;
  readonly emit: (event: TaskEvent) => void;
  /** Where luck begins: equal seeds give equal answers. */
  readonly seed: number;
  /** Whether the caller wants another answer than the likeliest one. */
  readonly lucky: boolean;
  readonly #signal: AbortSignal;
  #stats = {
    promptTokens: 0,
    cachedTokens: 0,
    outputTokens: 0,
    prefillMs: 0,
    decodeMs: 0,
    fallbacks: 0,
    wipedBytes: 0,
  };

  constructor(
    model: Model,
    emit: (event: TaskEvent) => void,
    options: { readonly signal: AbortSignal; readonly arena: SecretArena; readonly seed?: number },
  ) {
    this.model = model;
    this.emit = emit;
    this.arena = options.arena;
    this.seed = options.seed ?? 0;
    this.lucky = options.seed !== undefined;
    this.#signal = options.signal;
  }

  get stats(): TaskStats {
    return { ...this.#stats };
  }

  /** Notes that a piece of the answer is not the model's because it had nothing better to say. */
  fellBack(): void {
    this.#stats.fallbacks++;
  }

  say(text: Uint8Array): void {
    if (text.length > 0) this.emit({ kind: 'text', text });
  }

  /**
   * Reads what several answers have in common once.
   * @throws TaskError `task-aborted`
   */
  async read(prompt: Int32Array, base: PrefixCache): Promise<PrefixCache> {
    this.#checkAborted();
    const start = performance.now();
    const prefix = await buildPrefix(this.model.backend, prompt, { base, signal: this.#signal });
    this.arena.own(prefix);
    this.#stats.prefillMs += performance.now() - start;
    this.#checkAborted();
    return prefix;
  }

  /**
   * The model's answer: what it says of itself, on one line; empty if that is nothing that can be read.
   * @throws TaskError `task-aborted`
   */
  async answer(answer: Answer): Promise<Uint8Array> {
    this.#checkAborted();
    const { tokenizer } = this.model;
    // A long text is worked on in many answers, and memory for all of them at once would be too much.
    const arena = this.arena.own(new SecretArena());
    const cleaner = new Cleaner(tokenizer, this.arena, answer.limits, answer.emit ?? (() => {}));
    try {
      const generation = await this.#generate(answer, cleaner, arena);
      if (generation.finish === 'aborted') this.#checkAborted();
      cleaner.end(generation.finish === 'length');
      return cleaner.said;
    } finally {
      cleaner.wipe();
      this.#stats.wipedBytes += arena.wipe();
    }
  }

  async #generate(answer: Answer, cleaner: Cleaner, arena: SecretArena): Promise<Generation> {
    const { backend, marks, dialect } = this.model;
    const grounding = new Grounding(answer.source, arena, answer.leaning);
    let first = true;
    const generation = await generate(backend, {
      prompt: answer.prompt,
      prefix: answer.prefix,
      arena,
      maxTokens: answer.maxTokens,
      stop: dialect.stops,
      sampling: answer.sampling,
      repetitionPenalty: answer.repetitionPenalty,
      penalized: 'answer',
      signal: this.#signal,
      adjust: (logits) => {
        if (first) {
          refuseSilence(logits, marks, dialect);
          answer.adjustFirst?.(logits);
        }
        if (answer.unlabelled && !grounding.mayHaveColon) refuseColon(logits, marks);
        grounding.adjust(logits);
      },
      onToken: (token) => {
        first = false;
        grounding.see(token);
        return cleaner.token(token);
      },
    });
    this.#count(generation);
    return generation;
  }

  #count(generation: Generation): void {
    this.#stats.promptTokens += generation.promptTokens;
    this.#stats.cachedTokens += generation.cachedTokens;
    this.#stats.outputTokens += generation.outputTokens;
    this.#stats.prefillMs += generation.prefillMs;
    this.#stats.decodeMs += generation.decodeMs;
  }

  #checkAborted(): void {
    if (this.#signal.aborted) throw new TaskError('task-aborted', 'The task was given up before its end.');
  }
}

/** An answer begins with something that can be seen. */
function refuseSilence(logits: Float32Array, { marks }: VocabularyMarks, { stops }: Dialect): void {
  for (let id = 0; id < marks.length; id++) {
    if ((marks[id]! & BLANK_ONLY) !== 0) logits[id] = Number.NEGATIVE_INFINITY;
  }
  for (const id of stops) logits[id] = Number.NEGATIVE_INFINITY;
}

/** A name and a colon would be a message of the chat again, not something about it. */
function refuseColon(logits: Float32Array, { firstBytes }: VocabularyMarks): void {
  for (let id = 0; id < firstBytes.length; id++) {
    if (firstBytes[id] === 0x3a) logits[id] = Number.NEGATIVE_INFINITY;
  }
}
