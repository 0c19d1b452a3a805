/** Is what was verified what we accept? One check a rule or a family of rules, each rule with its own code. */
import { type Check, CheckList } from '../../verdict.js';
import type { VerifiedPlatform, VerifiedQuote } from '../verify/index.js';
import { requireTdxPolicy, type TdxPolicy } from './policy.js';
import {
  requireAttributes,
  requireConfiguration,
  requireMeasurement,
  requireNoDebug,
  requireSeam,
  requireXfam,
} from './rules.js';
import { requireTcb } from './tcb.js';

export type { AcceptedValues, TdMeasurement, TdxPolicy, TdxTcbPolicy } from './policy.js';

/** What `verifyTdxQuote` found, as far as it got. */
export interface PolicySubject {
  readonly quote?: VerifiedQuote;
  readonly platform?: VerifiedPlatform;
}

/**
 * Checks verified evidence against a policy. The checks are, in this order: `debug`, `td-attributes`, `xfam`, `seam`,
 * `minimum-tcb`, `measurement`, `configuration`.
 *
 * @param now the verifier's own time
 * @throws AttestationError `policy-invalid`
 */
export async function checkTdxPolicy(
  { quote, platform }: PolicySubject,
  policy: TdxPolicy,
  now: Date,
): Promise<readonly Check[]> {
  requireTdxPolicy(policy);
  const checks = new CheckList();
  await checks.run('debug', quote, (found) => [true, requireNoDebug(found)]);
  await checks.run('td-attributes', quote, (found) => [true, requireAttributes(found, policy)]);
  await checks.run('xfam', quote, (found) => [true, requireXfam(found, policy)]);
  await checks.run('seam', quote, (found) => [true, requireSeam(found, policy)]);
  await checks.run('minimum-tcb', platform, (found) => [true, requireTcb(found, policy.tcb, now)]);
  await checks.run('measurement', quote, (found) => [true, requireMeasurement(found, policy)]);
  await checks.run('configuration', quote, (found) => [true, requireConfiguration(found, policy)]);
  return checks.checks;
}
