/** What is known of the entries of a log, in memory: whose keys count, what was revoked, where what is. */
import { LedgerError } from '../error.js';
import type { Entry } from './entry.js';
import type { KeySet } from './manifest.js';
import { EMPTY_STATE, type LedgerState, withEntry } from './state.js';
import { verifyEntry, verifyKeySet } from './verify.js';

export class EntryIndex {
  #state: LedgerState = EMPTY_STATE;
  #keys: KeySet | undefined;
  readonly #places = new Map<string, number>();
  /** By launch measurement, in hexadecimal, the latest release. */
  readonly #releases = new Map<string, string>();

  get state(): LedgerState {
    return this.#state;
  }

  placeOf(id: string): number | undefined {
    return this.#places.get(id);
  }

  /** The id of the latest release with this measurement. */
  releaseOf(measurement: string): string | undefined {
    return this.#releases.get(measurement);
  }

  /**
   * Refuses an entry that does not belong into the log now.
   * @throws LedgerError `keys-genesis`, `keys-chain`, `signature-…`, `revocation-unknown`
   */
  async admit(entry: Entry): Promise<void> {
    const { manifest } = entry;
    if (manifest.type === 'keys') {
      await verifyKeySet(entry, this.#keys);
      return;
    }
    if (!this.#keys) throw new LedgerError('keys-genesis', 'the first entry of a log is a key set');
    if (manifest.type === 'revocation' && !this.#places.has(manifest.manifest)) {
      throw new LedgerError('revocation-unknown', 'there is no such manifest in the log to revoke');
    }
    await verifyEntry(entry, this.#keys);
  }

  add(entry: Entry, index: number): void {
    const { manifest, id } = entry;
    this.#places.set(id, index);
    this.#state = withEntry(this.#state, entry, index);
    if (manifest.type === 'keys') this.#keys = manifest;
    if (manifest.type !== 'release') return;
    for (const { launchDigest } of manifest.snp) this.#releases.set(launchDigest, id);
    if (manifest.tdx) this.#releases.set(manifest.tdx.mrtd, id);
  }
}
