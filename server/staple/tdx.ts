/** What to ask Intel about the machine that made a quote. */
import type { TrustRoots } from '../../attestation/index.js';
import {
  checkTdxCollateral,
  encodeTdxCollateral,
  fetchTdxCollateral,
  tdxMachineOf,
} from '../../attestation/staple/index.js';
import type { Subject } from './publication.js';

/** TCB info, QE identity and revocation lists. @throws AttestationError when the quote cannot be read */
export function collateralOf(
  quote: Uint8Array,
  { fetch, roots }: { readonly fetch: typeof globalThis.fetch; readonly roots: TrustRoots },
): Subject {
  return {
    key: tdxMachineOf(quote),
    async fetch(signal, now) {
      const collateral = await fetchTdxCollateral({ quote, fetch, signal });
      const validity = await checkTdxCollateral(collateral, quote, { now: now(), roots: roots.intel });
      return { bytes: encodeTdxCollateral(collateral), ...validity };
    },
  };
}
