/** Runs tasks on one model. */
import type { Backend, SecretArena } from '../engine/index.js';
import type { Tokenizer } from '../tokenizer/index.js';
import { TaskError } from './error.js';
import { type Introduction, introduce } from './introduction.js';
import { Job, type Model } from './job.js';
import { dialectOf } from './prompt.js';
import { introduceProofreading, proofread } from './proofread.js';
import { prepareReplies, type Replies, reply } from './reply.js';
import { checkRequest, type TaskEvent, type TaskRequest, type TaskStats, type Tone } from './request.js';
import { introduceTone, rewrite } from './rewrite.js';
import { introduceSummaries, summarize } from './summarize.js';
import { VocabularyMarks } from './vocabulary-marks.js';

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

/**
 * Prepares all tasks: reads their instructions and examples, which takes seconds.
 * @throws TaskError `task-model-unsupported` when the model has too few positions
 * @throws TokenizerError `tokenizer-unsupported` when it speaks neither ChatML nor Llama 3's dialect
 */
export async function createTaskRunner({
  backend,
  tokenizer,
}: {
  readonly backend: Backend;
  readonly tokenizer: Tokenizer;
}): Promise<TaskRunner> {
  if (backend.shape.context < MAX_POSITIONS) {
    throw new TaskError(
      'task-model-unsupported',
      `Tasks need a model with ${MAX_POSITIONS} positions or more.`,
    );
  }
  const dialect = dialectOf(tokenizer);
  const model = { backend, tokenizer, dialect, marks: new VocabularyMarks(tokenizer) };
  const tone = (name: Tone) => introduce(model, introduceTone(name));
  return new Runner(model, {
    summarize: await introduce(model, introduceSummaries),
    reply: await prepareReplies(model),
    rewrite: {
      professional: await tone('professional'),
      friendly: await tone('friendly'),
      concise: await tone('concise'),
      funny: await tone('funny'),
      supportive: await tone('supportive'),
    },
    proofread: await introduce(model, introduceProofreading),
  });
}

interface Introductions {
  readonly summarize: Introduction;
  readonly reply: Replies;
  readonly rewrite: Readonly<Record<Tone, Introduction>>;
  readonly proofread: Introduction;
}

class Runner implements TaskRunner {
  readonly #model: Model;
  readonly #introductions: Introductions;

  constructor(model: Model, introductions: Introductions) {
    this.#model = model;
    this.#introductions = introductions;
  }

  async run(request: TaskRequest, emit: (event: TaskEvent) => void, options: RunOptions): Promise<TaskStats> {
    checkRequest(request);
    const job = new Job(this.#model, emit, options);
    try {
      await this.#do(request, job);
      return job.stats;
    } finally {
      this.#model.tokenizer.wipe();
    }
  }

  close(): void {
    const { summarize, reply, rewrite, proofread } = this.#introductions;
    for (const { cache } of [summarize, reply.introduction, proofread, ...Object.values(rewrite)])
      cache.release();
  }

  #do(request: TaskRequest, job: Job): Promise<void> {
    const introductions = this.#introductions;
    switch (request.task) {
      case 'summarize':
        return summarize(request, job, introductions.summarize, MAX_POSITIONS);
      case 'reply':
        return reply(request, job, introductions.reply);
      case 'rewrite':
        return rewrite(request, job, introductions.rewrite[request.tone]);
      case 'proofread':
        return proofread(request, job, introductions.proofread);
    }
  }
}
