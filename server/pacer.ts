/**
 * Releases the chunks of an answer on a grid of its own. The engine seals them at the same beat but on a thread that
 * computes: a step of the model shifts them by its length, which nobody outside should see.
 */
export class Pacer {
  readonly #release: (chunk: Uint8Array) => void;
  readonly #beatMs: number;
  readonly #queue: Uint8Array[] = [];
  #timer: NodeJS.Timeout | undefined;
  #ended: (() => void) | undefined;

  constructor(beatMs: number, release: (chunk: Uint8Array) => void) {
    this.#beatMs = beatMs;
    this.#release = release;
  }

  /** The first chunk goes out at once; each further one at the first free beat, half a beat behind the engine's. */
  take(chunk: Uint8Array): void {
    if (this.#timer) {
      this.#queue.push(chunk);
      return;
    }
    this.#release(chunk);
    this.#timer = setTimeout(() => {
      this.#timer = setInterval(() => this.#beat(), this.#beatMs);
    }, this.#beatMs / 2);
  }

  /** Calls back when the last chunk has gone out. */
  end(ended: () => void): void {
    this.#ended = ended;
    if (this.#queue.length === 0) this.#finish();
  }

  /** Drops what has not gone out. */
  stop(): void {
    // Node clears either kind of timer by either name.
    clearInterval(this.#timer);
    this.#queue.length = 0;
    this.#ended = undefined;
  }

  #beat(): void {
    const next = this.#queue.shift();
    if (next) this.#release(next);
    if (this.#queue.length === 0) this.#finish();
  }

  #finish(): void {
    const ended = this.#ended;
    if (!ended) return;
    this.stop();
    ended();
  }
}
