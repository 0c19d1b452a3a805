import { expect } from 'vitest';
import { type Backend, ffiBackend, type KvCache, SecretArena, type Tokenizer } from '../../../model/index.js';
import {
  type ChatMessage,
  createTaskRunner,
  type RunOptions,
  type TaskEvent,
  type TaskRequest,
  type TaskRunner,
  type TaskStats,
} from '../../../model/tasks/index.js';
import { defaultPack } from '../engine/fixture.js';

export { fromUtf8, loadDefault, utf8 } from '../tokenizer/fixture.js';

import { fromUtf8, loadDefault, utf8 } from '../tokenizer/fixture.js';

/** Memory for what a test needs no wiping of. */
export const memory = {
  bytes: (length: number) => new Uint8Array(length),
  int32: (length: number) => new Int32Array(length),
  float32: (length: number) => new Float32Array(length),
};

/** Messages as a person would write them down: `Anna: hello`. */
export const chat = (...lines: readonly string[]): ChatMessage[] =>
  lines.map((line) => {
    const colon = line.indexOf(': ');
    return { sender: utf8(line.slice(0, colon)), text: utf8(line.slice(colon + 2)) };
  });

export const refusal = (code: string) => expect.objectContaining({ code });

/**
 * A model that answers "okay" to everything, and something else only where that is forbidden. What it is given is what
 * any model would be given. One that never `ends` goes on: okay okay okay.
 */
export function okayModel(tokenizer: Tokenizer, { context = 8192, ends = true } = {}): Backend {
  const okay = tokenizer.find(utf8(' okay'));
  const end = tokenizer.special('<|im_end|>');
  const lengths = new WeakMap<KvCache, { length: number }>();
  return {
    name: 'package',
    shape: { layers: 1, kvHeads: 1, headSize: 1, vocabulary: tokenizer.size, context },
    runtimeMemory: 'unsupported',
    newCache: (capacity) => {
      const cache = { capacity, length: 0, wipe: () => 0 };
      lengths.set(cache, cache);
      return cache;
    },
    forward: async (cache, tokens, logits) => {
      lengths.get(cache)!.length += tokens.length;
      logits.fill(0);
      logits[logits.length - tokenizer.size + (ends && tokens.at(-1) === okay ? end : okay)] = 10;
    },
    copyCache: (_from, to, length) => {
      lengths.get(to)!.length = length;
    },
    scrub: async () => {},
    close: async () => {},
  };
}

export interface Asked {
  readonly events: readonly TaskEvent[];
  /** The pieces of the answer; an answer of one piece has one. */
  readonly items: readonly string[];
  readonly answer: string;
  readonly stats: TaskStats;
}

/** The tasks on a model, with a record of what it was given. */
export class Tasks {
  readonly runner: TaskRunner;
  readonly tokenizer: Tokenizer;
  /** The tokens of each run of the model since `forget`. */
  readonly runs: Int32Array[];
  /** Called at the beginning of each run. */
  onRun: () => void = () => {};
  readonly #close: () => Promise<void>;

  private constructor(runner: TaskRunner, tokenizer: Tokenizer, runs: Int32Array[], backend: Backend) {
    this.runner = runner;
    this.tokenizer = tokenizer;
    this.runs = runs;
    this.#close = () => backend.close();
  }

  /** On the default pack, for real. */
  static async open(): Promise<Tasks> {
    return Tasks.on(await ffiBackend(await defaultPack(), { threads: 2 }), await loadDefault());
  }

  static async on(backend: Backend, tokenizer: Tokenizer): Promise<Tasks> {
    const runs: Int32Array[] = [];
    const watch = { onRun: () => {} };
    const recorded: Backend = {
      name: backend.name,
      shape: backend.shape,
      runtimeMemory: backend.runtimeMemory,
      newCache: (capacity, arena) => backend.newCache(capacity, arena),
      copyCache: (from, to, length) => backend.copyCache(from, to, length),
      scrub: () => backend.scrub(),
      close: () => backend.close(),
      forward: (cache, tokens, logits) => {
        runs.push(tokens.slice());
        watch.onRun();
        return backend.forward(cache, tokens, logits);
      },
    };
    const tasks = new Tasks(
      await createTaskRunner({ backend: recorded, tokenizer }),
      tokenizer,
      runs,
      backend,
    );
    watch.onRun = () => tasks.onRun();
    return tasks;
  }

  async close(): Promise<void> {
    this.runner.close();
    await this.#close();
  }

  forget(): void {
    this.runs.length = 0;
    this.onRun = () => {};
  }

  /** What the model read since `forget`, leaving out the shared beginning: runs of one token are its own answers. */
  get read(): number[] {
    return this.runs.filter(({ length }) => length > 1).flatMap((tokens) => [...tokens]);
  }

  /** The same as text. Marks have none. */
  get readText(): string {
    return fromUtf8(Buffer.concat(this.read.map((id) => this.tokenizer.decodeToken(id))));
  }

  async ask(request: TaskRequest, options: Partial<RunOptions> = {}): Promise<Asked> {
    const arena = new SecretArena();
    const events: TaskEvent[] = [];
    const items: string[] = [];
    let item = '';
    const stats = await this.runner.run(
      request,
      (event) => {
        events.push(event);
        if (event.kind === 'text') item += fromUtf8(event.text);
        if (event.kind === 'item') {
          items.push(item);
          item = '';
        }
      },
      { signal: new AbortController().signal, arena, ...options },
    );
    if (item !== '') items.push(item);
    (options.arena ?? arena).wipe();
    return { events, items, answer: items.join('\n'), stats };
  }
}
