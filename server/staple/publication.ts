/** One thing that a vendor publishes about this machine: fetched, checked, kept, and renewed in the background. */
import { AttestationError, type TrustRoots } from '../../attestation/index.js';
import type { Validity } from '../../attestation/staple/index.js';
import type { CollateralKind, CollateralProblem, Log } from '../log.js';
import type { Metrics } from '../metrics.js';

/** How vendors are reached, and what is held to be theirs. */
export interface Vendor {
  readonly fetch: typeof globalThis.fetch;
  readonly roots: TrustRoots;
}

/** What is good to be stapled: fetched and checked. */
export interface Published extends Validity {
  readonly bytes: Uint8Array;
}

/** What to ask a vendor about. */
export interface Subject {
  /** The same for as long as the question is. */
  readonly key: string;
  /** Fetches, and checks what came by the clock. @throws AttestationError */
  fetch(signal: AbortSignal, now: () => Date): Promise<Published>;
}

export interface PublicationOptions {
  readonly kind: CollateralKind;
  readonly log: Log;
  readonly metrics: Pick<Metrics, 'collateral'>;
  /** For one attempt, in milliseconds. */
  readonly fetchMs: number;
  readonly now: () => Date;
  /** From 0 to below 1: spreads the attempts of many servers. */
  readonly random: () => number;
}

/** What is good for long is still renewed as often as this, in milliseconds: there may be something new in it. */
const RENEW_MS = 24 * 3_600_000;
/** Between two attempts that fail, in milliseconds: from the first pause to the longest. */
const FIRST_PAUSE_MS = 30_000;
const LONGEST_PAUSE_MS = 3_600_000;

export class Publication {
  readonly #options: PublicationOptions;
  #subject: Subject | undefined;
  #held: Published | undefined;
  #attempt: Promise<void> | undefined;
  #failures = 0;
  #due = 0;

  constructor(options: PublicationOptions) {
    this.#options = options;
  }

  /** False while something is asked for and there is nothing, or only what is past its time. */
  get healthy(): boolean {
    if (!this.#subject) return true;
    return this.#held !== undefined && this.#options.now() <= this.#held.nextUpdate;
  }

  /**
   * What there is about a subject, past its time or not: whether it still holds is for clients to say. Waits for the first
   * attempt to get it, and never again.
   */
  async about(subject: Subject | undefined): Promise<Uint8Array | undefined> {
    const same = subject?.key === this.#subject?.key;
    this.#subject = subject;
    if (!same) {
      this.#held = undefined;
      this.#failures = 0;
      this.#attempt = undefined;
      if (subject) this.#begin(subject);
    }
    if (!this.#held && this.#failures === 0) await this.#attempt;
    return this.#held?.bytes;
  }

  /** Begins to renew what is due; to be called now and then. */
  tick(): void {
    if (!this.#subject || this.#attempt || this.#options.now().getTime() < this.#due) return;
    this.#begin(this.#subject);
  }

  /** Resolves when no attempt is in progress. */
  async settled(): Promise<void> {
    await this.#attempt;
  }

  #begin(subject: Subject): void {
    const attempt = this.#try(subject).then(() => {
      if (this.#attempt === attempt) this.#attempt = undefined;
    });
    this.#attempt = attempt;
  }

  async #try(subject: Subject): Promise<void> {
    const { fetchMs, now } = this.#options;
    const found = await subject.fetch(AbortSignal.timeout(fetchMs), now).catch(problemOf);
    if (subject.key !== this.#subject?.key) return; // The machine is another one by now.
    if (typeof found === 'string') this.#fail(found);
    else if (isOlder(found, this.#held)) this.#fail('collateral-older');
    else this.#keep(found);
    this.#due = now().getTime() + this.#pause(now());
  }

  #keep(found: Published): void {
    const { kind, log, metrics } = this.#options;
    if (this.#failures > 0) log({ event: 'collateral-recovered', kind, failures: this.#failures });
    this.#failures = 0;
    this.#held = found;
    metrics.collateral(kind, true, found.nextUpdate);
  }

  #fail(reason: CollateralProblem): void {
    const { kind, log, metrics } = this.#options;
    this.#failures++;
    log({ event: 'collateral-failed', kind, reason, failures: this.#failures });
    metrics.collateral(kind, false, this.#held?.nextUpdate);
  }

  #pause(now: Date): number {
    const spread = 0.5 + this.#options.random() / 2;
    if (this.#failures > 0 || !this.#held) {
      return Math.min(FIRST_PAUSE_MS * 2 ** (this.#failures - 1), LONGEST_PAUSE_MS) * spread;
    }
    const left = this.#held.nextUpdate.getTime() - now.getTime();
    return Math.max(Math.min(RENEW_MS, left / 2) * spread, FIRST_PAUSE_MS);
  }
}

/** Whether any part is older than the one that is held: a replay, or a cache of the vendor's that lags behind. */
function isOlder(found: Published, held: Published | undefined): boolean {
  return held?.issued.some((time, i) => !(found.issued[i]! >= time)) ?? false;
}

/** What is not ours is a mistake of ours: told as such, and tried again. */
function problemOf(error: unknown): CollateralProblem {
  return error instanceof AttestationError ? error.code : 'internal';
}
