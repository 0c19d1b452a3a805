/** The HTTP thread's side of the engine: a worker thread, a bounded queue in front of it, and who waits for what. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { KemId } from '../../wire/index.js';
import { ServerError } from '../error.js';
import { type Deferred, deferred } from './deferred.js';
import type { EngineOptions, EngineReady, FromEngine, RunReport, ToEngine } from './protocol.js';

/** What becomes of one sealed request. After `refused` or `finished` nothing more comes. */
export interface RunEvents {
  /** A piece of the sealed answer. */
  readonly chunk: (bytes: Uint8Array) => void;
  /** The request did not open, or was never begun; nothing was sent. */
  readonly refused: (error: ServerError) => void;
  readonly finished: () => void;
  /** The engine broke in the middle of the answer. */
  readonly broken: () => void;
}

export interface EngineLimits {
  /** Requests that the worker works on at a time: while one's answer is going out, the next can be read. */
  readonly running: number;
  /** Requests that wait. */
  readonly queue: number;
}

interface Run {
  readonly session: string;
  readonly message: Uint8Array;
  readonly events: RunEvents;
  sent: boolean;
}

/** When a full queue is likely to have moved, in seconds. */
const RETRY_SECONDS = 5;

export class Engine {
  /** What was loaded. */
  readonly ready: EngineReady;
  /** Resolves if the engine breaks; it does not come back. */
  readonly broken: Promise<void>;
  readonly #worker: Worker;
  readonly #limits: EngineLimits;
  readonly #count: (report: RunReport) => void;
  readonly #opening = new Map<number, Deferred<{ session: string; keyConfig: Uint8Array }>>();
  readonly #running = new Map<string, Run>();
  readonly #waiting: Run[] = [];
  #calls = 0;
  #state: 'up' | 'closing' | 'down' = 'up';
  #idle: (() => void) | undefined;

  private constructor(
    worker: Worker,
    ready: EngineReady,
    limits: EngineLimits,
    count: (report: RunReport) => void,
  ) {
    this.#worker = worker;
    this.ready = ready;
    this.#limits = limits;
    this.#count = count;
    const { promise, resolve } = deferred<void>();
    this.broken = promise;
    worker.on('message', (message: FromEngine) => this.#hear(message));
    // What the worker threw may quote anything, so it is dropped here: that it broke is all that gets out.
    worker.on('error', () => undefined);
    worker.on('exit', () => {
      const expected = this.#state === 'closing';
      this.#state = 'down';
      this.#failAll();
      if (!expected) resolve();
    });
  }

  /**
   * Starts the worker and waits until model and tasks are loaded.
   * @param count hears of each request that has ended
   * @throws ServerError `engine-failed`, with the model's own code as its detail where it is to blame
   */
  static async start(
    options: EngineOptions,
    limits: EngineLimits,
    count: (report: RunReport) => void,
  ): Promise<Engine> {
    const worker = new Worker(new URL('./main.js', import.meta.url), {
      workerData: options,
      // Nothing from outside reaches the thread that sees plaintext.
      env: {},
      argv: [],
      execArgv: [],
    });
    try {
      const [first] = (await once(worker, 'message')) as [FromEngine];
      if (first.kind === 'ready') return new Engine(worker, first.ready, limits, count);
      const message = first.kind === 'failed' ? first.message : 'The engine failed to start.';
      const detail = first.kind === 'failed' ? first.code : 'engine-failed';
      throw new ServerError('engine-failed', message, { detail });
    } catch (error) {
      await worker.terminate();
      if (error instanceof ServerError) throw error;
      throw new ServerError('engine-failed', 'The engine failed to start.', { cause: error });
    }
  }

  /** Requests whose answers are not complete yet. */
  get busy(): number {
    return this.#running.size + this.#waiting.length;
  }

  /** Makes a session and its key. @throws ServerError `engine-failed` */
  open(kem: KemId): Promise<{ readonly session: string; readonly keyConfig: Uint8Array }> {
    if (this.#state !== 'up') return Promise.reject(engineFailed());
    const call = this.#calls++;
    const waiting = deferred<{ session: string; keyConfig: Uint8Array }>();
    this.#opening.set(call, waiting);
    this.#say({ kind: 'open', call, kem });
    return waiting.promise;
  }

  /** Wipes the key of a session that is not going to be used. */
  forget(session: string): void {
    if (this.#state === 'up') this.#say({ kind: 'forget', session });
  }

  /** @throws ServerError `server-busy` when the queue is full, `engine-failed`; the session is untouched then */
  requireRoom(): void {
    if (this.#state !== 'up') throw engineFailed();
    const { running, queue } = this.#limits;
    if (this.#running.size >= running && this.#waiting.length >= queue) {
      throw new ServerError(
        'server-busy',
        'The server has as many requests as it can take. Try again soon.',
        {
          retryAfter: RETRY_SECONDS,
        },
      );
    }
  }

  /**
   * Takes a sealed request; its bytes are transferred away.
   * @throws ServerError as `requireRoom`
   */
  run(session: string, message: Uint8Array, events: RunEvents): void {
    this.requireRoom();
    this.#waiting.push({ session, message, events, sent: false });
    this.#next();
  }

  /** Gives a request up: the client has gone. Its answer ends before the model's next step. */
  abort(session: string): void {
    const at = this.#waiting.findIndex((run) => run.session === session);
    if (at >= 0) {
      this.#waiting.splice(at, 1);
      this.forget(session);
      this.#count({ outcome: 'aborted' });
    } else if (this.#running.has(session) && this.#state === 'up') {
      this.#say({ kind: 'abort', session });
    }
  }

  /** Resolves when no request is left. */
  async drained(): Promise<void> {
    if (this.busy > 0) await new Promise<void>((resolve) => (this.#idle = resolve));
  }

  /** Wipes all keys and ends the worker. Requests that are still running are given up. */
  async close(): Promise<void> {
    if (this.#state !== 'up') return;
    for (const session of this.#running.keys()) this.#say({ kind: 'abort', session });
    this.#state = 'closing';
    this.#say({ kind: 'close' });
    await once(this.#worker, 'exit');
  }

  #next(): void {
    while (this.#running.size < this.#limits.running) {
      const run = this.#waiting.shift();
      if (!run) return;
      this.#running.set(run.session, run);
      const { session, message } = run;
      this.#worker.postMessage({ kind: 'run', session, message } satisfies ToEngine, [
        message.buffer as ArrayBuffer,
      ]);
    }
  }

  #hear(message: FromEngine): void {
    switch (message.kind) {
      case 'opened':
        this.#opening.get(message.call)?.resolve(message);
        this.#opening.delete(message.call);
        return;
      case 'chunk': {
        const run = this.#running.get(message.session);
        if (!run) return;
        run.sent = true;
        run.events.chunk(message.bytes);
        return;
      }
      case 'refused': {
        const refused = new ServerError('request-refused', 'The sealed request cannot be opened.', {
          detail: message.code,
        });
        this.#running.get(message.session)?.events.refused(refused);
        return;
      }
      case 'finished': {
        const run = this.#running.get(message.session);
        this.#running.delete(message.session);
        this.#count(message.report);
        if (message.report.outcome !== 'refused') run?.events.finished();
        this.#next();
        if (this.busy === 0) this.#idle?.();
        return;
      }
    }
  }

  #failAll(): void {
    for (const { reject } of this.#opening.values()) reject(engineFailed());
    this.#opening.clear();
    for (const { events, sent } of [...this.#running.values(), ...this.#waiting.splice(0)]) {
      if (sent) events.broken();
      else events.refused(engineFailed());
    }
    this.#running.clear();
    this.#idle?.();
  }

  #say(message: ToEngine): void {
    this.#worker.postMessage(message);
  }
}

function engineFailed(): ServerError {
  return new ServerError('engine-failed', 'The engine is not running.');
}
