/** The rules of the policy about the machine: which product lines, and which patch levels. */
import { AttestationError } from '../../error.js';
import { type SnpProduct, type TcbVersion, tcbAtLeast, tcbText } from '../abi/index.js';
import type { VerifiedReport } from '../verify.js';
import type { SnpPolicy, TcbMinima } from './policy.js';

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

/**
 * The product must be an accepted one; its launch, reported, committed and current TCB must reach their minima.
 *
 * @throws AttestationError `policy-product`, `policy-minimum-tcb`
 */
export function requireMinimumTcb(report: VerifiedReport, product: SnpProduct, policy: SnpPolicy): string {
  if (policy.products && !policy.products.includes(product)) {
    throw new AttestationError('policy-product', `the machine is a ${product}; the policy accepts none`);
  }
  const minima = minimaOf(policy.minimumTcb?.[product] ?? DEFAULT_MINIMUM_TCB[product]);
  for (const name of ['launch', 'reported', 'committed', 'current'] as const) {
    const tcb = report[`${name}Tcb`];
    if (!tcbAtLeast(tcb, minima[name])) {
      throw new AttestationError(
        'policy-minimum-tcb',
        `the ${name} TCB (${tcbText(tcb)}) is below the ${product} minimum (${tcbText(minima[name])})`,
      );
    }
  }
  return `${product}, ${tcbText(report.reportedTcb)}`;
}

function minimaOf(minimum: TcbVersion | TcbMinima): TcbMinima {
  return 'launch' in minimum
    ? minimum
    : { launch: minimum, reported: minimum, committed: minimum, current: minimum };
}
