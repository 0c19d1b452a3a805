/** What to ask AMD about the machine that made a report. */
import {
  checkSnpRevocationList,
  checkVcek,
  fetchSnpRevocationList,
  fetchVcek,
  type SnpMachine,
} from '../../attestation/staple/index.js';
import type { Subject, Vendor } from './publication.js';

/** The revocation list of its product line. */
export function revocationListOf(machine: SnpMachine, { fetch, roots }: Vendor): Subject {
  return {
    key: `${machine.kind} ${machine.product}`,
    async fetch(signal, now) {
      const bytes = await fetchSnpRevocationList(machine, { fetch, signal });
      return { bytes, ...(await checkSnpRevocationList(bytes, machine, { now: now(), anchors: roots.amd })) };
    },
  };
}

/** The certificate of its key, when the host did not hand it out. */
export function vcekOf(machine: SnpMachine, { fetch, roots }: Vendor): Subject {
  const { product, hwId, tcb } = machine;
  return {
    key: JSON.stringify([product, Buffer.from(hwId).toString('hex'), tcb]),
    async fetch(signal, now) {
      const bytes = await fetchVcek(machine, { fetch, signal });
      return { bytes, ...(await checkVcek(bytes, machine, { now: now(), anchors: roots.amd })) };
    },
  };
}
