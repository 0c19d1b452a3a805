/** How many requests a window holds: no single one can be read off the difference of two looks at what was counted. */
export const REQUESTS_IN_WINDOW = 10;

/** What is counted of single requests, held back until there are enough of them to be told together. */
export class RequestWindow<Entry> {
  readonly #release: (entry: Entry) => void;
  #held: Entry[] = [];

  /** `release` is given every entry of a window that is full. */
  constructor(release: (entry: Entry) => void) {
    this.#release = release;
  }

  add(entry: Entry): void {
    this.#held.push(entry);
    if (this.#held.length < REQUESTS_IN_WINDOW) return;
    const full = this.#held;
    this.#held = [];
    for (const each of full) this.#release(each);
  }
}
