/** Entries of a log in words. */
import { type Entry, type LedgerState, timeText } from '../../ledger/index.js';

export interface ListedEntry {
  readonly index: number;
  readonly entry: Entry;
}

/** A row of a table: place, type, what it is about, until when, whether it was revoked. */
export function entryRow({ index, entry }: ListedEntry, { revoked }: LedgerState): string[] {
  const { manifest, id } = entry;
  const until = 'notAfter' in manifest ? `until ${timeText(manifest.notAfter)}` : '';
  const state = revoked.includes(id) ? 'REVOKED' : '';
  return [`${index}`, manifest.type, id.slice(0, 16), subjectOf(entry), until, state];
}

function subjectOf({ manifest }: Entry): string {
  switch (manifest.type) {
    case 'release':
      return manifest.hardware === 'simulated' ? `${manifest.version} (simulated)` : manifest.version;
    case 'gateway-key':
    case 'issuer-key':
      return manifest.name;
    case 'revocation':
      return `of ${manifest.manifest.slice(0, 16)}: ${manifest.reason}`;
    case 'keys': {
      const { threshold, keys } = manifest.roles.maintainers;
      return `${threshold} of ${keys.length} maintainers`;
    }
    default:
      return '';
  }
}
