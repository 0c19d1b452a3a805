/**
 * SQLite for what has to survive a restart: quotas, spent tokens. One file that several processes may share. The library
 * has the API of Node's own `node:sqlite`, which replaces it once Node 20 is no longer supported.
 */
import { chmodSync, closeSync, openSync } from 'node:fs';
import { DatabaseSync } from '@photostructure/sqlite';
import { StoreError } from './error.js';

/** What SQLite stores for us. */
export type StoreValue = number | string | Uint8Array;

type Database = InstanceType<typeof DatabaseSync>;

/** Both methods throw StoreError `store-failed`. */
export interface Statement {
  /** @returns how many rows it changed */
  run(...values: readonly StoreValue[]): number;
  get(...values: readonly StoreValue[]): Readonly<Record<string, unknown>> | undefined;
}

/** How long one process waits for another's transaction, in milliseconds. */
const PATIENCE_MS = 5000;

export class Store {
  readonly #database: Database;

  private constructor(database: Database) {
    this.#database = database;
  }

  /**
   * Opens a file, or makes it, readable by its owner only. What a transaction has written is on the disk when it
   * returns: no power failure takes it back.
   * @param schema made of `CREATE … IF NOT EXISTS`
   * @throws StoreError `store-unusable`
   */
  static open(file: string, schema: string): Store {
    let database: Database | undefined;
    try {
      // Made here, so that it is nobody else's for not a moment; SQLite gives its other files the same rights.
      closeSync(openSync(file, 'a', 0o600));
      chmodSync(file, 0o600);
      database = new DatabaseSync(file, { timeout: PATIENCE_MS });
      database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA trusted_schema = OFF');
      database.exec(schema);
      return new Store(database);
    } catch (cause) {
      if (database?.isOpen) database.close();
      throw new StoreError('store-unusable', `${file} cannot be used as a database.`, { cause });
    }
  }

  prepare(sql: string): Statement {
    const statement = this.#database.prepare(sql);
    return {
      run: (...values) => attempted(() => Number(statement.run(...values).changes)),
      get: (...values) =>
        attempted(() => statement.get(...values) as Readonly<Record<string, unknown>> | undefined),
    };
  }

  /**
   * Runs `work` in one transaction that is alone in writing, also among processes: all of it counts, or nothing.
   * @throws StoreError `store-failed`; whatever `work` throws
   */
  transaction<T>(work: () => T): T {
    this.#exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.#exec('COMMIT');
      return result;
    } catch (error) {
      if (this.#database.isTransaction) this.#exec('ROLLBACK');
      throw error;
    }
  }

  close(): void {
    // The library frees its statements, and with them the connection, only when they are collected: what is in the
    // write-ahead log would stay there.
    this.#exec('PRAGMA wal_checkpoint(TRUNCATE)');
    this.#database.close();
  }

  #exec(sql: string): void {
    attempted(() => this.#database.exec(sql));
  }
}

function attempted<T>(act: () => T): T {
  try {
    return act();
  } catch (cause) {
    throw new StoreError('store-failed', 'The database cannot be used now.', { cause });
  }
}
