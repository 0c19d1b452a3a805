/** Runs tasks on one model. */
import { type Backend, SecretArena } from '../engine/index.js';
import type { Tokenizer } from '../tokenizer/index.js';
import { Cleaner } from './clean.js';
import { TaskError } from './error.js';
import { Job, type Prefixes } from './job.js';
import { type Example, introduction } from './prompt.js';
import { proofread, proofreadExamples, proofreadInstruction } from './proofread.js';
import { prepareReplies, type Replies, reply, replyExamples, replyInstruction } from './reply.js';
import { checkRequest, type TaskEvent, type TaskRequest, type TaskStats } from './request.js';
import { type Frames, prepareFrames, rewrite, rewriteExamples, rewriteInstruction } from './rewrite.js';
import { pointExamples, pointInstruction, summarize, topicExamples, topicInstruction } from './summarize.js';
import { type Prefix, readPrefix, Voice } from './voice.js';

export interface RunOptions {
  /** Ends the task before the model's next step. */
  readonly signal: AbortSignal;
  /** Owns all that the task keeps in memory. The caller wipes it. */
  readonly arena: SecretArena;
  /** Luck in the choice of suggestions and flourishes; without it the same request has the same answer. */
  readonly seed?: number;
}

export interface TaskRunner {
  /**
   * Does a task and tells `emit` as it goes. The bytes of a text event are the arena's: use them before it is wiped.
   * @throws TaskError for requests that no task can work on, before anything is emitted; `task-aborted` by the signal
   * @throws EngineError when the model can't be run
   */
  run(request: TaskRequest, emit: (event: TaskEvent) => void, options: RunOptions): Promise<TaskStats>;
  /** Lets go of the shared prefixes. */
  close(): void;
}

/** Positions for prompt and answer: the introduction, the window of a chat, and what is said about it. */
const MAX_POSITIONS = 4096;

/** What a task may say at most, in bytes. */
const MAX_ANSWER_BYTES = 4096;

/**
 * Prepares all tasks: reads their introductions and weighs their phrases, which takes seconds.
 * @throws TaskError `task-model-unsupported` when the model has too few positions
 * @throws TokenizerError `tokenizer-unsupported` when it doesn't speak ChatML
 */
export async function createTaskRunner(model: {
  readonly backend: Backend;
  readonly tokenizer: Tokenizer;
}): Promise<TaskRunner> {
  const { backend, tokenizer } = model;
  if (backend.shape.context < MAX_POSITIONS) {
    throw new TaskError(
      'task-model-unsupported',
      `Tasks need a model with ${MAX_POSITIONS} positions or more.`,
    );
  }
  const arena = new SecretArena();
  const read = (instruction: string, examples: readonly Example[]): Promise<Prefix> =>
    readPrefix(backend, introduction(tokenizer, instruction, examples), arena);
  const prefixes: Prefixes = {
    topic: await read(topicInstruction, topicExamples),
    point: await read(pointInstruction, pointExamples),
    reply: await read(replyInstruction, replyExamples),
    rewrite: await read(rewriteInstruction, rewriteExamples),
    proofread: await read(proofreadInstruction, proofreadExamples),
  };
  const { replies, frames } = await weighPhrases(model, prefixes);
  return new Runner(model, prefixes, replies, frames, arena);
}

async function weighPhrases(
  { backend, tokenizer }: { readonly backend: Backend; readonly tokenizer: Tokenizer },
  prefixes: Prefixes,
): Promise<{ replies: Replies; frames: Frames }> {
  const arena = new SecretArena();
  try {
    const voice = new Voice(backend, tokenizer, arena, new AbortController().signal, MAX_POSITIONS / 4);
    const replies = await prepareReplies(prefixes.reply, voice);
    return { replies, frames: await prepareFrames(prefixes.rewrite, voice) };
  } finally {
    arena.wipe();
  }
}

class Runner implements TaskRunner {
  readonly #backend: Backend;
  readonly #tokenizer: Tokenizer;
  readonly #prefixes: Prefixes;
  readonly #replies: Replies;
  readonly #frames: Frames;
  readonly #arena: SecretArena;

  constructor(
    model: { readonly backend: Backend; readonly tokenizer: Tokenizer },
    prefixes: Prefixes,
    replies: Replies,
    frames: Frames,
    arena: SecretArena,
  ) {
    this.#backend = model.backend;
    this.#tokenizer = model.tokenizer;
    this.#prefixes = prefixes;
    this.#replies = replies;
    this.#frames = frames;
    this.#arena = arena;
  }

  async run(request: TaskRequest, emit: (event: TaskEvent) => void, options: RunOptions): Promise<TaskStats> {
    checkRequest(request);
    const { arena, signal, seed } = options;
    const verbatim = request.task === 'rewrite' || request.task === 'proofread';
    const cleaner = new Cleaner(this.#tokenizer, arena, {
      maxBytes: verbatim ? 2 * request.text.length + MAX_ANSWER_BYTES : MAX_ANSWER_BYTES,
      verbatim,
      emit: (text) => emit({ kind: 'text', text }),
    });
    try {
      const voice = new Voice(this.#backend, this.#tokenizer, arena, signal, MAX_POSITIONS);
      const job = new Job({ voice, arena, prefixes: this.#prefixes, cleaner, emit, seed });
      await this.#do(request, job);
      return { ...voice.stats, fallbacks: job.fallbacks };
    } finally {
      cleaner.wipe();
      this.#tokenizer.wipe();
    }
  }

  close(): void {
    this.#arena.wipe();
  }

  async #do(request: TaskRequest, job: Job): Promise<void> {
    switch (request.task) {
      case 'summarize':
        return summarize(request, job);
      case 'reply':
        return reply(request, job, this.#replies);
      case 'rewrite':
        return rewrite(request, job, this.#frames);
      case 'proofread':
        return proofread(request, job);
    }
  }
}
