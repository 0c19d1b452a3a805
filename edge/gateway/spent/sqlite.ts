import { randomBytes } from 'node:crypto';
import { EdgeError } from '../../error.js';
import { GroupCommit, type Statement, Store } from '../../store/index.js';
import type { Hold, SpentSet } from './spent-set.js';

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS spent (id BLOB PRIMARY KEY, hold BLOB NOT NULL, expires INTEGER NOT NULL) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS spent_expires ON spent (expires);
`;
/** Rows forgotten in one transaction. */
const SWEEP_ROWS = 10_000;

/**
 * The spent set of a gateway of one machine, in a file that several of its processes may share. What comes at once is
 * written in one transaction, and on the disk before anybody hears of it.
 */
export class SqliteSpentSet implements SpentSet {
  readonly #store: Store;
  readonly #group: GroupCommit;
  readonly #now: () => number;
  readonly #insert: Statement;
  readonly #remove: Statement;
  readonly #expire: Statement;

  /** @throws EdgeError `spent-set-unavailable` */
  constructor(file: string, now: () => number = Date.now) {
    this.#now = now;
    try {
      this.#store = Store.open(file, SCHEMA);
      this.#group = new GroupCommit(this.#store);
      this.#insert = this.#store.prepare('INSERT OR IGNORE INTO spent VALUES (?, ?, ?)');
      this.#remove = this.#store.prepare('DELETE FROM spent WHERE id = ? AND hold = ?');
      this.#expire = this.#store.prepare(
        'DELETE FROM spent WHERE id IN (SELECT id FROM spent WHERE expires < ? LIMIT ?)',
      );
    } catch (cause) {
      throw unavailable(cause);
    }
  }

  async hold(id: Uint8Array, expires: number): Promise<Hold | undefined> {
    const hold = randomBytes(16);
    const changes = await this.#soon(() => this.#insert.run(id, hold, expires));
    if (changes === 0) return undefined;
    return { giveBack: async () => void (await this.#soon(() => this.#remove.run(id, hold))) };
  }

  async check(): Promise<void> {
    await this.#soon(() => 0);
  }

  async sweep(): Promise<void> {
    while ((await this.#soon(() => this.#expire.run(this.#now(), SWEEP_ROWS))) === SWEEP_ROWS);
  }

  async close(): Promise<void> {
    this.#store.close();
  }

  /** @throws EdgeError `spent-set-unavailable` */
  #soon(work: () => number): Promise<number> {
    return this.#group.run(work).catch((cause: unknown) => {
      throw unavailable(cause);
    });
  }
}

function unavailable(cause: unknown): EdgeError {
  return new EdgeError('spent-set-unavailable', 'Spent tokens cannot be looked up now. Try again soon.', {
    retryAfter: 5,
    cause,
  });
}
