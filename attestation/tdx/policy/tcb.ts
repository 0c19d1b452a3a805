/** The rules of the policy about the machine: patch level, and how fresh the word on it is. */
import { AttestationError } from '../../error.js';
import type { VerifiedPlatform } from '../verify/index.js';
import type { TdxTcbPolicy } from './policy.js';

/**
 * @param now the verifier's own time
 * @throws AttestationError `policy-tcb-status`, `policy-tcb-evaluation`, `policy-collateral-age`
 */
export function requireTcb(
  { tcb, collateralIssued }: VerifiedPlatform,
  policy: TdxTcbPolicy,
  now: Date,
): string {
  const { status, advisories, evaluationNumber } = tcb;
  const hardened =
    status === 'SWHardeningNeeded' &&
    advisories.length > 0 &&
    advisories.every((advisory) => policy.hardenedAgainst.includes(advisory));
  if (status !== 'UpToDate' && !hardened) {
    throw new AttestationError(
      'policy-tcb-status',
      `the machine is ${status} (${advisories.join(', ') || 'no advisories'}), must be UpToDate`,
    );
  }
  if (evaluationNumber < policy.minimumEvaluation) {
    throw new AttestationError(
      'policy-tcb-evaluation',
      `the collateral is of evaluation ${evaluationNumber}, must be ${policy.minimumEvaluation} or later`,
    );
  }
  const age = (now.getTime() - collateralIssued.getTime()) / 1000;
  if (!(age <= policy.maximumCollateralAge)) {
    throw new AttestationError(
      'policy-collateral-age',
      `the collateral is of ${collateralIssued.toISOString()}, older than ${policy.maximumCollateralAge} s`,
    );
  }
  return `${status}, evaluation ${evaluationNumber}, collateral of ${collateralIssued.toISOString()}`;
}
