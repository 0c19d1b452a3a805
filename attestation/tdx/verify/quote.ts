/** A quote under its key: signature first, fields afterwards. */
import { AttestationError } from '../../error.js';
import { readTdQuote, type TdQuote, type UnverifiedQuote } from '../abi/index.js';
import { isSigned } from './ecdsa.js';
import type { VerifiedQe } from './qe.js';

declare const verified: unique symbol;

/** A quote whose signature was verified. Only `verifyQuote` makes one, so policy cannot see any other. */
export type VerifiedQuote = TdQuote & { readonly [verified]: true };

/**
 * Verifies a quote's signature, and only then reads its fields.
 *
 * @throws AttestationError `tdx-bad-signature`, and what `readTdQuote` throws
 */
export async function verifyQuote(
  quote: UnverifiedQuote,
  { attestationKey }: VerifiedQe,
): Promise<VerifiedQuote> {
  if (!(await isSigned(attestationKey, quote.signature, quote.signedBytes))) {
    throw new AttestationError('tdx-bad-signature', "the quote is not signed by the quoting enclave's key");
  }
  return readTdQuote(quote.signedBytes) as VerifiedQuote;
}
