/** What to ask Intel about the machine that made a quote. */
import {
  checkTdxCollateral,
  encodeTdxCollateral,
  fetchTdxCollateral,
  tdxMachineOf,
} from '../../attestation/staple/index.js';
import type { Subject, Vendor } from './publication.js';

/** TCB info, QE identity and revocation lists. @throws AttestationError when the quote cannot be read */
export function collateralOf(quote: Uint8Array, { fetch, roots }: Vendor): Subject {
  return {
    key: tdxMachineOf(quote),
    async fetch(signal, now) {
      const collateral = await fetchTdxCollateral({ quote, fetch, signal });
      const validity = await checkTdxCollateral(collateral, quote, { now: now(), roots: roots.intel });
      return { bytes: encodeTdxCollateral(collateral), ...validity };
    },
  };
}
