/** The page's side of the worker. */
import type { Command, FromWorker, ToWorker, Trouble, View } from '../worker/view.js';

/** A command that was refused; it has the words for it. */
export class TroubleError extends Error {
  override readonly name = 'TroubleError';
  readonly trouble: Trouble;

  constructor(trouble: Trouble) {
    super(trouble.code);
    this.trouble = trouble;
  }
}

interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createScriptURL(url: string): string },
  ): { createScriptURL(url: string): string };
}

/** The one script that this page may start, by the one policy that it may make. */
function workerUrl(): string {
  const url = new URL('/worker.js', location.origin).href;
  const { trustedTypes } = globalThis as { readonly trustedTypes?: TrustedTypes };
  if (!trustedTypes) return url;
  return trustedTypes
    .createPolicy('sotto-worker', {
      createScriptURL(given) {
        if (given === url) return given;
        throw new TypeError('There is one worker only.');
      },
    })
    .createScriptURL(url);
}

export class WorkerLink {
  readonly #worker = new Worker(workerUrl(), { type: 'module' });
  readonly #waiting = new Map<number, PromiseWithResolvers>();
  #next = 1;

  constructor(show: (view: View) => void) {
    this.#worker.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => {
      if ('view' in data) {
        show(data.view);
        return;
      }
      const waiting = this.#waiting.get(data.re);
      this.#waiting.delete(data.re);
      if (data.ok) waiting?.resolve(data.value);
      else waiting?.reject(new TroubleError(data.trouble));
    });
  }

  /** Ends it: a worker that did not start must not hold what the next one needs. */
  close(): void {
    this.#worker.terminate();
  }

  /** @throws TroubleError */
  do(command: Command): Promise<unknown> {
    const re = this.#next++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(re, { resolve, reject });
      this.#worker.postMessage({ re, command } satisfies ToWorker);
    });
  }
}

interface PromiseWithResolvers {
  resolve(value: unknown): void;
  reject(error: TroubleError): void;
}
