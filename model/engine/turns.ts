/** Runs what it is given one after the other: two runs of a graph at once would fight for the same threads. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  take<Result>(work: () => Promise<Result>): Promise<Result> {
    // A failed turn is its own caller's business; the next one follows all the same.
    const turn = this.#last.then(work, work);
    this.#last = turn;
    return turn;
  }

  /** Resolves when everything taken so far has ended, well or not. */
  async settled(): Promise<void> {
    await Promise.allSettled([this.#last]);
  }
}
