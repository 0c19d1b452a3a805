/** What the session's verification hands to a platform's, and gets back. */
import { AttestationError } from './error.js';
import type { Evidence } from './evidence.js';
import type { AttestationPolicy, TrustRoots } from './policy.js';
import type { Verdict } from './verdict.js';

export interface PlatformInput {
  /** Undefined when the certificate failed: then no check is reached, but each is listed. */
  readonly evidence: Evidence | undefined;
  readonly roots: TrustRoots;
  readonly policy: AttestationPolicy;
  /** The verifier's own time. */
  readonly now: Date;
}

/** What was found. Whether it is acceptable is for the checks to say. */
export interface PlatformFinding extends Pick<Verdict, 'simulated' | 'rtmrs' | 'tcb' | 'bootEvents'> {
  /** Present only when the report's signature was verified. */
  readonly report?: { readonly reportData: Uint8Array; readonly measurement: Uint8Array };
}

/**
 * The policy must say something about the platform; what it does not mention it does not accept.
 *
 * @throws AttestationError `policy-platform`
 */
export function requireMentioned(mentioned: boolean, platform: string): void {
  if (!mentioned) throw new AttestationError('policy-platform', `the policy accepts no ${platform} guest`);
}
