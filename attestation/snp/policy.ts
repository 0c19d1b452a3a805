/** What is accepted of a genuine report: one rule, one code. */
import { bytesToHex } from '@noble/hashes/utils.js';
import { sameBytes } from '../bytes.js';
import { AttestationError } from '../error.js';
import type { AttestationPolicy } from '../policy.js';
import { type SnpProduct, type TcbVersion, tcbAtLeast, tcbText } from './abi/index.js';
import type { VerifiedReport } from './verify.js';

/**
 * The SNP firmware in which published breaks of guest integrity are mended: AMD-SB-3030 for Milan (0x1d), AMD-SB-3034
 * for Genoa (0x1c), AMD-SB-3020 for Turin (4), as public verifiers quote those bulletins. The other parts, microcode
 * among them, are left to the operator's policy: see docs/attestation.md.
 */
export const DEFAULT_MINIMUM_TCB: { readonly [product in SnpProduct]: TcbVersion } = {
  Milan: { bootLoader: 0, tee: 0, snp: 0x1d, microcode: 0 },
  Genoa: { bootLoader: 0, tee: 0, snp: 0x1c, microcode: 0 },
  Turin: { fmc: 0, bootLoader: 0, tee: 0, snp: 4, microcode: 0 },
};

/** The host must not be able to read the guest's memory for debugging. */
export function requireNoDebug({ policy }: VerifiedReport): string {
  if (policy.debug) {
    throw new AttestationError(
      'policy-debug',
      'the guest was launched with debugging allowed: its host can read it',
    );
  }
  return 'debugging is off';
}

/** No agent may move the guest, with its memory, to another machine. */
export function requireNoMigration({ policy }: VerifiedReport): string {
  if (policy.migrateMa) {
    throw new AttestationError(
      'policy-migration-agent',
      'the guest may be associated with a migration agent',
    );
  }
  return 'no migration agent';
}

/** The report must come from the most privileged level, below which our software runs alone. */
export function requireVmpl0({ vmpl }: VerifiedReport): string {
  if (vmpl !== 0)
    throw new AttestationError('policy-vmpl', `the report was requested at VMPL ${vmpl}, not 0`);
  return 'VMPL 0';
}

/** Launch, reported, committed and current TCB must all reach the product's minimum. */
export function requireMinimumTcb(
  report: VerifiedReport,
  product: SnpProduct,
  policy: AttestationPolicy,
): string {
  const minimum = policy.minimumTcb?.[product] ?? DEFAULT_MINIMUM_TCB[product];
  for (const name of ['launch', 'reported', 'committed', 'current'] as const) {
    const tcb = report[`${name}Tcb`];
    if (!tcbAtLeast(tcb, minimum)) {
      throw new AttestationError(
        'policy-minimum-tcb',
        `the ${name} TCB (${tcbText(tcb)}) is below the ${product} minimum (${tcbText(minimum)})`,
      );
    }
  }
  return `${product}, ${tcbText(report.reportedTcb)}`;
}

/** The launch measurement must be one of those that the caller accepts. */
export function requireMeasurement({ measurement }: VerifiedReport, policy: AttestationPolicy): string {
  const text = bytesToHex(measurement);
  if (!policy.measurements.some((accepted) => sameBytes(accepted, measurement))) {
    throw new AttestationError(
      'policy-measurement',
      `the launch measurement ${text} is none of the accepted ones`,
    );
  }
  return text;
}
