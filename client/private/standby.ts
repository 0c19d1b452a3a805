/** One verified session held ready, renewed before it expires, so that a request starts in one round trip. */
import type { Session } from '../session.js';
import type { SessionPassage } from './passage.js';

/** A verified session and the way to it. */
export interface Held {
  readonly session: Session;
  readonly passage: SessionPassage;
}

/** A session is renewed when so much of its life has gone. */
const RENEW_AT = 0.75;
/** One with less left is not used any more, in milliseconds. */
const LEAST_LEFT_MS = 5_000;
const RETRY_MS = 5_000;

export class Standby {
  readonly #open: () => Promise<Held>;
  readonly #now: () => number;
  #held: Held | undefined;
  #opening: Promise<void> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stopped = true;

  /** `open` opens and verifies a session. */
  constructor(open: () => Promise<Held>, now: () => number = Date.now) {
    this.#open = open;
    this.#now = now;
  }

  /** Whether there is one now. */
  get ready(): boolean {
    return this.#usable(this.#held);
  }

  /** Holds one ready from now on. Resolves when the first one is there, and throws when it could not be opened. */
  async start(): Promise<void> {
    this.#stopped = false;
    if (!this.ready) await this.#renew();
  }

  /** The session that was held, which the caller owns, or a new one. @throws ClientError */
  async take(): Promise<Held> {
    await this.#opening?.catch(() => undefined);
    const held = this.#held;
    this.#held = undefined;
    clearTimeout(this.#timer);
    if (held && this.#usable(held)) return held;
    return this.#open();
  }

  /** Opens the next one, behind a request that took the last. */
  refill(): void {
    if (this.#stopped || this.ready) return;
    this.#renew().catch(() => this.#later(RETRY_MS));
  }

  /** Opens no more. A session that is held can still be taken. */
  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #usable(held: Held | undefined): boolean {
    return held !== undefined && held.session.expires.getTime() - this.#now() > LEAST_LEFT_MS;
  }

  #renew(): Promise<void> {
    this.#opening ??= this.#open()
      .then((held) => {
        this.#held = held;
        this.#later((held.session.expires.getTime() - this.#now()) * RENEW_AT);
      })
      .finally(() => {
        this.#opening = undefined;
      });
    return this.#opening;
  }

  #later(ms: number): void {
    if (this.#stopped) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#renew().catch(() => this.#later(RETRY_MS));
    }, ms);
    // Holding a session must not keep a process alive. Browsers have no such thing.
    (this.#timer as { unref?: () => void }).unref?.();
  }
}
