/** What a log holds, read and verified whole. */
import { auditLog, type Entry, type LedgerState } from '../../ledger/index.js';
import { CliError } from '../error.js';
import type { ListedEntry } from './listing.js';
import { chooseLog, type LogValues } from './log.js';

export async function readEntries(
  location: string | undefined,
  values: LogValues,
): Promise<{ readonly entries: readonly ListedEntry[]; readonly state: LedgerState }> {
  const { view, policy } = await chooseLog(location, values);
  const entries: ListedEntry[] = [];
  const { state } = await auditLog({
    checkpoint: await view.checkpoint(),
    tile: view.tile,
    policy,
    now: Date.now() / 1000,
    entry: (entry, index) => entries.push({ index, entry }),
  });
  return { entries, state };
}

export function find(entries: readonly ListedEntry[], which: string): ListedEntry {
  const found = entries.filter(
    ({ index, entry: { id, manifest } }) =>
      String(index) === which ||
      (which.length >= 8 && id.startsWith(which)) ||
      (manifest.type === 'release' && manifest.version === which),
  );
  if (found.length === 1) return found[0]!;
  throw new CliError(
    'release-unknown',
    found.length === 0
      ? 'There is no such manifest in the log.'
      : 'Several manifests are called like this: name the id.',
  );
}

export function manifestOf({ signed }: Entry): object {
  const text = new TextDecoder().decode(signed);
  return JSON.parse(text.slice(text.indexOf('\n') + 1)) as object;
}
