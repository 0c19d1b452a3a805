/** A report under its key: signature first, fields afterwards. */
import { sameBytes } from '../bytes.js';
import { AttestationError } from '../error.js';
import {
  readReport,
  type SnpReport,
  sameTcb,
  tcbAtLeast,
  tcbText,
  type UnverifiedReport,
} from './abi/index.js';
import type { VerifiedEndorsement } from './chain.js';

declare const verified: unique symbol;

/** A report whose signature was verified. Only `verifyReport` makes one, so policy cannot see any other. */
export type VerifiedReport = SnpReport & { readonly [verified]: true };

/**
 * Verifies a report's ECDSA P-384 signature over SHA-384, and only then reads its fields.
 *
 * @throws AttestationError `snp-bad-signature`, `snp-signing-key-unsupported`, and what `readReport` throws
 */
export async function verifyReport(
  report: UnverifiedReport,
  endorsed: VerifiedEndorsement,
): Promise<VerifiedReport> {
  const signed = await crypto.subtle.verify(
    { name: 'ECDSA', hash: 'SHA-384' },
    endorsed.key,
    new Uint8Array(report.signature),
    new Uint8Array(report.signedBytes),
  );
  const kind = endorsed.kind.toUpperCase();
  if (!signed) {
    throw new AttestationError(
      'snp-bad-signature',
      `the report is not signed by the ${kind} that came with it`,
    );
  }
  const fields = readReport(report.signedBytes, endorsed.product);
  if (fields.signingKey !== endorsed.kind) {
    throw new AttestationError(
      'snp-signing-key-unsupported',
      `the report says it is signed by: ${fields.signingKey}, but a ${kind} signed it`,
    );
  }
  return fields as VerifiedReport;
}

/**
 * The report must be about the patch level, and with a VCEK about the machine, that its key was issued for. A patch level
 * taken from the report alone would be the platform's own word; the key is derived from it, and AMD certifies that.
 *
 * @throws AttestationError `snp-tcb-mismatch`, `snp-chip-mismatch`, `snp-tcb-order`
 */
export function requireSamePlatform(report: VerifiedReport, endorsed: VerifiedEndorsement): string {
  const kind = endorsed.kind.toUpperCase();
  if (!sameTcb(report.reportedTcb, endorsed.tcb)) {
    const [said, certified] = [tcbText(report.reportedTcb), tcbText(endorsed.tcb)];
    throw new AttestationError('snp-tcb-mismatch', `the report says TCB ${said}, the ${kind} ${certified}`);
  }
  if (endorsed.kind === 'vcek' && !chipMatches(report, endorsed.hwId)) {
    throw new AttestationError('snp-chip-mismatch', "the report's CHIP_ID is not the VCEK's hardware id");
  }
  // 56860 §2.2, §8.3: firmware reports at most what it has committed, and commits at most what runs.
  if (
    !tcbAtLeast(report.committedTcb, report.reportedTcb) ||
    !tcbAtLeast(report.currentTcb, report.committedTcb)
  ) {
    throw new AttestationError(
      'snp-tcb-order',
      'the reported TCB is above the committed, or that above the current',
    );
  }
  return endorsed.kind === 'vcek'
    ? "the report's TCB and chip are the VCEK's"
    : "the report's TCB is the VLEK's";
}

/** A host may mask CHIP_ID to zeros (MASK_CHIP_KEY); the VCEK identifies the chip then. */
function chipMatches({ maskChipKey, chipId }: VerifiedReport, hwId: Uint8Array): boolean {
  const expected = new Uint8Array(chipId.length);
  if (!maskChipKey) expected.set(hwId);
  return sameBytes(chipId, expected);
}
