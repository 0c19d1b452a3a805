import { DatabaseSync } from '@photostructure/sqlite';
import { LedgerError } from '../error.js';

/**
 * Holds a folder for one process. The lock is SQLite's on a file of its own: the kernel takes it back when the process
 * ends, however it ends.
 * @returns what gives it back
 * @throws LedgerError `log-in-use`
 */
export function lockFolder(file: string): () => void {
  const database = new DatabaseSync(file, { timeout: 0 });
  try {
    database.exec('BEGIN EXCLUSIVE');
  } catch (cause) {
    database.close();
    throw new LedgerError('log-in-use', `Another process uses ${file}: two would fork the log.`, { cause });
  }
  return () => database.close();
}
