/** Bringing an entry to a log, and waiting until its witnesses have seen it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { LogClient, LogError, type PlacedEntry } from '../../wire/node/log-client.js';
import { CliError } from '../error.js';

export interface AppendedEntry extends PlacedEntry {
  /** The proof bundle. */
  readonly bundle: Uint8Array;
}

const PATIENCE_MS = 30_000;
const PAUSE_MS = 100;

/** @throws CliError `log-refused` */
export async function appendEntry(url: string, entry: Uint8Array): Promise<AppendedEntry> {
  const log = new LogClient(url);
  const deadline = Date.now() + PATIENCE_MS;
  try {
    const placed = await log.append(entry);
    for (;;) {
      const bundle = await log.bundle(placed.id);
      if (bundle instanceof Uint8Array) return { ...placed, bundle };
      if (Date.now() > deadline) {
        throw new CliError(
          'log-refused',
          'The log has the entry, and too few of its witnesses saw it. Try again.',
        );
      }
      await sleep(PAUSE_MS);
    }
  } catch (cause) {
    if (cause instanceof LogError) throw new CliError('log-refused', cause.message, { cause });
    throw cause;
  }
}
