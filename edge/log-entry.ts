/** Keeps entries in the log, and their proof bundles at hand: what a party shows so that nobody need take its word. */
import { manifestId } from '../ledger/index.js';
import { readSigner, type Signer, signEntry } from '../ledger/node/index.js';
import { LogClient } from '../wire/node/log-client.js';
import type { LedgerAccess } from './config/ledger.js';
import { EdgeError } from './error.js';
import type { EdgeLog } from './events.js';

interface Kept {
  readonly manifest: object;
  readonly id: string;
  bundle?: Uint8Array;
  renew: number;
}

/** A bundle's view of the log is renewed as often as this. */
const RENEW_MS = 10_000;
const LOOK_MS = 500;

export class LogEntries {
  readonly #client: LogClient;
  readonly #signer: Signer;
  readonly #wanted: () => readonly object[];
  readonly #tell: EdgeLog;
  #reached = true;
  #kept: Kept[] = [];
  #looking: Promise<void> | undefined;
  readonly #timer: NodeJS.Timeout;

  private constructor(url: string, signer: Signer, wanted: () => readonly object[], tell: EdgeLog) {
    this.#client = new LogClient(url);
    this.#signer = signer;
    this.#wanted = wanted;
    this.#tell = tell;
    this.#timer = setInterval(() => void this.look(), LOOK_MS);
  }

  /**
   * Has tried once when it resolves, and tries on.
   * @param wanted the manifests that have to be in the log now
   * @throws EdgeError `state-unusable` when the key cannot be read
   */
  static async start(
    { url, key }: LedgerAccess,
    wanted: () => readonly object[],
    tell: EdgeLog,
  ): Promise<LogEntries> {
    const signer = await readSigner(key).catch((cause: unknown) => {
      throw new EdgeError('state-unusable', 'The key for the log cannot be read.', { cause });
    });
    const entries = new LogEntries(url, signer, wanted, tell);
    await entries.look();
    return entries;
  }

  /** Whether everything that is wanted can be proved. */
  get ready(): boolean {
    return this.#kept.length > 0 && this.#kept.every(({ bundle }) => bundle !== undefined);
  }

  /** The last bundle that there was of a manifest that is wanted. */
  bundleOf(manifest: object): Uint8Array | undefined {
    const id = manifestId(manifest);
    return this.#kept.find((kept) => kept.id === id)?.bundle;
  }

  /** The last bundle of the only manifest that is wanted. */
  get bundle(): Uint8Array | undefined {
    return this.#kept[0]?.bundle;
  }

  look(): Promise<void> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#looking;
  }

  async #look(): Promise<void> {
    this.#kept = this.#wanted().map((manifest) => {
      const id = manifestId(manifest);
      return this.#kept.find((kept) => kept.id === id) ?? { manifest, id, renew: 0 };
    });
    const due = this.#kept.filter(({ renew }) => performance.now() >= renew);
    const renewed = await Promise.allSettled(due.map((kept) => this.#renew(kept)));
    // What is held is shown until clients find it too old; `ready` tells when there is nothing.
    if (due.length > 0) this.#found(renewed.every(({ status }) => status === 'fulfilled'));
  }

  /** @throws LogError */
  async #renew(kept: Kept): Promise<void> {
    const answer = await this.#client.bundle(kept.id);
    if (answer instanceof Uint8Array) {
      kept.bundle = answer;
      kept.renew = performance.now() + RENEW_MS;
    } else if (answer === 'unknown') {
      await this.#client.append(signEntry(kept.manifest, [this.#signer]));
    }
  }

  #found(now: boolean): void {
    if (this.#reached !== now) this.#tell({ event: now ? 'ledger-found' : 'ledger-lost' });
    this.#reached = now;
  }
}
