/** How many tokens each account has had in each epoch, and which proofs were seen; shared by processes, kept over restarts. */
import { GroupCommit, type Statement, Store } from '../store/index.js';
import { IssuerError } from './error.js';

const SCHEMA = `
CREATE TABLE IF NOT EXISTS quota (
  epoch INTEGER NOT NULL, account BLOB NOT NULL, used INTEGER NOT NULL, PRIMARY KEY (epoch, account)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS proof (id BLOB PRIMARY KEY, expires INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS proof_expires ON proof (expires);
CREATE TABLE IF NOT EXISTS epochs (only INTEGER PRIMARY KEY CHECK (only = 1), seconds INTEGER NOT NULL);
`;

/** What makes a proof good once only. */
export interface Once {
  /** 32 bytes that no other proof has. */
  readonly id: Uint8Array;
  /** From when on the proof is refused for its age, in seconds since 1970. */
  readonly expires: number;
}

export interface Claim {
  /** 32 bytes that stand for the account. */
  readonly account: Uint8Array;
  readonly epoch: number;
  readonly tokens: number;
  readonly once: Once | undefined;
  /** In seconds from now. */
  readonly epochEndsIn: number;
}

export class Quota {
  readonly #store: Store;
  readonly #group: GroupCommit;
  readonly #perEpoch: number;
  readonly #count: Statement;
  readonly #see: Statement;
  readonly #forget: readonly Statement[];

  /**
   * @throws StoreError `store-unusable`
   * @throws IssuerError `state-other-epochs` when the file counts in epochs of another length
   */
  constructor(file: string, perEpoch: number, epochSeconds: number) {
    this.#store = Store.open(file, SCHEMA);
    this.#group = new GroupCommit(this.#store);
    this.#perEpoch = perEpoch;
    this.#requireEpochs(file, epochSeconds);
    this.#count = this.#store.prepare(
      `INSERT INTO quota (epoch, account, used) SELECT ?1, ?2, ?3 WHERE ?3 <= ?4
       ON CONFLICT DO UPDATE SET used = used + ?3 WHERE used + ?3 <= ?4`,
    );
    this.#see = this.#store.prepare('INSERT INTO proof (id, expires) VALUES (?, ?) ON CONFLICT DO NOTHING');
    this.#forget = [
      this.#store.prepare('DELETE FROM quota WHERE epoch < ?'),
      this.#store.prepare('DELETE FROM proof WHERE expires <= ?'),
    ];
  }

  /**
   * Counts tokens before they are signed: all of them or none. Resolves when the count is on the disk. A refused claim uses
   * up its proof too.
   * @throws IssuerError `quota-exhausted`; `account-refused` with `proof-replayed`
   * @throws StoreError `store-failed`
   */
  async claim({ account, epoch, tokens, once, epochEndsIn }: Claim): Promise<void> {
    const outcome = await this.#group.run(() => {
      if (once && this.#see.run(once.id, Math.ceil(once.expires)) === 0) return 'replayed';
      return this.#count.run(epoch, account, tokens, this.#perEpoch) === 0 ? 'exhausted' : 'counted';
    });
    if (outcome === 'replayed')
      throw new IssuerError('account-refused', 'This proof was used before.', { detail: 'proof-replayed' });
    if (outcome === 'exhausted')
      throw new IssuerError('quota-exhausted', 'The account has had its tokens for this epoch.', {
        retryAfter: Math.max(1, Math.ceil(epochEndsIn)),
      });
  }

  /** Forgets what no longer matters: counts of epochs before this one, proofs that are too old. */
  forget(epoch: number, now: number): void {
    const [quotas, proofs] = this.#forget;
    quotas!.run(epoch);
    proofs!.run(Math.floor(now));
  }

  close(): void {
    this.#store.close();
  }

  #requireEpochs(file: string, seconds: number): void {
    this.#store
      .prepare('INSERT INTO epochs (only, seconds) VALUES (1, ?) ON CONFLICT DO NOTHING')
      .run(seconds);
    const found = this.#store.prepare('SELECT seconds FROM epochs').get()?.['seconds'];
    if (found === seconds) return;
    this.#store.close();
    throw new IssuerError(
      'state-other-epochs',
      `${file} counts in epochs of ${found} s: set epochSeconds to that, or use another state folder.`,
    );
  }
}
