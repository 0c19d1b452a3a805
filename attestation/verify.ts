import type { AuditPath } from './binding.js';
import type { AttestationPolicy, TrustRoots } from './policy.js';
import type { Verdict } from './verdict.js';

/** A session's answer as far as its evidence goes; `SessionAnswer` of wire/ fits. */
export interface SessionEvidence {
  /** The RA-TLS certificate, DER. */
  readonly certificate: Uint8Array;
  /** The encoded key config that the leaf is made over. */
  readonly keyConfig: Uint8Array;
  readonly auditPath: AuditPath;
}

/** Verifies a session's evidence. */
export async function verifySession(input: {
  readonly answer: SessionEvidence;
  readonly nonce: Uint8Array;
  readonly roots: TrustRoots;
  readonly policy: AttestationPolicy;
  readonly now: Date;
}): Promise<Verdict> {
  return {
    ok: false,
    checks: [
      { name: 'certificate', ok: false, code: 'not-checked', detail: `at ${input.now.toISOString()}` },
    ],
    platform: 'sev-snp',
    simulated: false,
  };
}
