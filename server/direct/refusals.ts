import type { Log, LogEvent } from '../log.js';

type Reason = Extract<LogEvent, { readonly event: 'direct-refused' }>['reason'];

/** So many refusals of a kind make a line, so that none is about a single connection. */
const HANDSHAKES_IN_LINE = 10;

/** Counts handshakes that came to nothing. */
export class Refusals {
  readonly #log: Log;
  readonly #counts = new Map<Reason, number>();

  constructor(log: Log) {
    this.#log = log;
  }

  count(reason: Reason): void {
    const handshakes = (this.#counts.get(reason) ?? 0) + 1;
    const full = handshakes === HANDSHAKES_IN_LINE;
    this.#counts.set(reason, full ? 0 : handshakes);
    if (full) this.#log({ event: 'direct-refused', reason, handshakes });
  }
}
