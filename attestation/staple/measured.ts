import type { Evidence } from '../evidence.js';
import { splitReport } from '../snp/abi/index.js';
import { readTdQuote, splitQuote } from '../tdx/abi/index.js';

/** Where MEASUREMENT is in an SEV-SNP report (AMD document 56860, table "ATTESTATION_REPORT"). */
const SNP_MEASUREMENT = [0x90, 0xc0] as const;

/**
 * The launch measurement (MRTD on TDX) that evidence states, without verifying it: for a server that asks about its own.
 *
 * @returns 48 bytes; nothing for a provider that we do not know
 * @throws AttestationError `snp-report-…`, `tdx-quote-…`
 */
export function measurementOf({
  provider,
  outblob,
}: Pick<Evidence, 'provider' | 'outblob'>): Uint8Array | undefined {
  if (provider === 'sev_guest') return splitReport(outblob).signedBytes.slice(...SNP_MEASUREMENT);
  return provider === 'tdx_guest' ? readTdQuote(splitQuote(outblob).signedBytes).mrTd : undefined;
}
