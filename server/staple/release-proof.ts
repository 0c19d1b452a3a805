/**
 * The proof that the log holds the release that runs here: fetched from the log, passed on to clients as it is. The server
 * need not believe it, and a wrong one weakens nothing: clients verify it.
 */
import { AttestationError } from '../../attestation/index.js';
import { measurementOf } from '../../attestation/staple/index.js';
import type { Tsm, TsmReport } from '../../attestation/tsm/index.js';
import { LogClient, LogError } from '../../wire/node/log-client.js';
import type { Log } from '../log.js';

export interface ReleaseProofOptions {
  /** Of the log: `https://log.example`. */
  readonly url: string;
  /** For one attempt, in milliseconds. */
  readonly fetchMs: number;
  readonly log: Log;
}

/** A proof's view of the log has to be fresh: it is renewed as often as this, in milliseconds. */
const RENEW_MS = 10_000;
const RETRY_MS = 1_000;

export class ReleaseProof {
  readonly #options: ReleaseProofOptions;
  readonly #client: LogClient;
  #measurement: string | undefined;
  #bundle: Uint8Array | undefined;
  #due = 0;
  #attempt: Promise<void> | undefined;
  #failures = 0;

  constructor(options: ReleaseProofOptions) {
    this.#options = options;
    this.#client = new LogClient(options.url, options.fetchMs);
  }

  /** The last one that there was; whether it still holds is for clients to say. */
  get bundle(): Uint8Array | undefined {
    return this.#bundle;
  }

  /** A TSM whose reports tell which release to ask about. */
  watching(tsm: Tsm): Tsm {
    return {
      provider: tsm.provider,
      report: async (inblob, signal) => {
        const report = await tsm.report(inblob, signal);
        this.#see(report);
        return report;
      },
    };
  }

  /** Begins to renew what is due; to be called now and then. */
  tick(): void {
    if (this.#measurement === undefined || this.#attempt || performance.now() < this.#due) return;
    this.#attempt = this.#try(this.#measurement).finally(() => {
      this.#attempt = undefined;
    });
  }

  #see(report: TsmReport): void {
    try {
      const measured = measurementOf(report);
      this.#measurement = measured && Buffer.from(measured).toString('hex');
    } catch (error) {
      if (!(error instanceof AttestationError)) throw error;
      this.#measurement = undefined;
    }
  }

  async #try(measurement: string): Promise<void> {
    const { log } = this.#options;
    try {
      const bundle = await this.#client.releaseBundle(measurement);
      if (!(bundle instanceof Uint8Array))
        throw new LogError('log-refused', 'The log has no proof of this release.');
      this.#bundle = bundle;
      this.#due = performance.now() + RENEW_MS;
      if (this.#failures > 0) log({ event: 'release-proof-recovered', failures: this.#failures });
      this.#failures = 0;
    } catch {
      // What is held is shown until clients find it too old.
      this.#due = performance.now() + RETRY_MS;
      if (this.#failures++ === 0) log({ event: 'release-proof-failed' });
    }
  }
}
