import { AttestationError } from './error.js';
import type { Anchor } from './snp/anchor.js';
import { requireSnpPolicy, type SnpPolicy } from './snp/policy/policy.js';
import { requireTdxPolicy, type TdxPolicy } from './tdx/policy/policy.js';

const MEASUREMENT_BYTES = 48;

/** Which roots of trust a verifier accepts. AMD's product roots and Intel's are, unless replaced. */
export interface TrustRoots {
  /**
   * Also accept the simulated platform, whose private key is published in this repository. It proves nothing; it
   * exists for development and tests, and only this exact name switches it on.
   */
  readonly simulated?: 'sotto-simulated';
  /** AMD roots to accept in place of those that are built in, for tests: the verdict then says `simulated`. */
  readonly amd?: readonly Anchor[];
  /**
   * DER of the roots of TDX to accept in place of Intel's, for tests of a machine that never was: the verdict then says
   * `simulated`.
   */
  readonly intel?: readonly Uint8Array[];
}

/** What a verifier accepts, by platform; at least one of both. */
export interface AttestationPolicy extends SnpPolicy {
  /** What is accepted of a TDX quote; no TDX guest is accepted without it. */
  readonly tdx?: TdxPolicy;
}

/**
 * A policy that leaves measurements of one platform, or of both, to a log: whoever has the log puts those of a release in
 * their place. Nothing is verified by it before.
 */
export type LoggedPolicy = Omit<SnpPolicy, 'measurements'> &
  (
    | { readonly measurements: 'logged'; readonly tdx?: TdxPolicy | LoggedTdxPolicy }
    | { readonly measurements: SnpPolicy['measurements']; readonly tdx: LoggedTdxPolicy }
  );

/** What is accepted of a TDX quote besides its measurements. */
export interface LoggedTdxPolicy extends Omit<TdxPolicy, 'measurements'> {
  readonly measurements: 'logged';
}

export function isLogged(policy: AttestationPolicy | LoggedPolicy): policy is LoggedPolicy {
  return policy.measurements === 'logged' || policy.tdx?.measurements === 'logged';
}

/**
 * Refuses a policy that could accept nothing, or anything by mistake.
 *
 * @throws AttestationError `policy-invalid`
 */
export function requirePolicy({ tdx, ...snp }: AttestationPolicy): void {
  // Programs without types may leave it out, or say here what only a client with a log understands.
  if (!Array.isArray(snp.measurements)) {
    throw new AttestationError('policy-invalid', 'the policy has no list of measurements; name at least one');
  }
  if (snp.measurements.length === 0 && !tdx) {
    throw new AttestationError('policy-invalid', 'the policy accepts no measurement; name at least one');
  }
  requireSnpPolicy(snp);
  if (tdx) requireTdxPolicy(tdx);
}

/**
 * The same for a policy that may leave measurements to a log: its rules, before a log has named any.
 *
 * @throws AttestationError `policy-invalid`
 */
export function requireRules({ measurements, tdx, ...rules }: AttestationPolicy | LoggedPolicy): void {
  const standIn = new Uint8Array(MEASUREMENT_BYTES);
  const td = { mrTd: standIn, rtmrs: [[standIn], [standIn], [standIn], [standIn]] } as const;
  requirePolicy({
    ...rules,
    measurements: measurements === 'logged' ? [standIn] : measurements,
    ...(tdx && {
      tdx: tdx.measurements === 'logged' ? { ...tdx, measurements: [td] } : (tdx as TdxPolicy),
    }),
  });
}
