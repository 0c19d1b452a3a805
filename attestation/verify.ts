import { type AuditPath, reportData, rootFromPath, sessionLeaf } from './binding.js';
import { sameBytes } from './bytes.js';
import { AttestationError } from './error.js';
import type { PlatformFinding, PlatformInput } from './platform.js';
import { type AttestationPolicy, requirePolicy, type TrustRoots } from './policy.js';
import { type RatlsCertificate, verifyRatlsCertificate } from './ratls/certificate.js';
import { verifySnpEvidence } from './snp/session.js';
import { verifyTdxEvidence } from './tdx/session.js';
import { CheckList, type Verdict } from './verdict.js';

const NONCE_BYTES = 32;

type VerifyPlatform = (checks: CheckList, input: PlatformInput) => Promise<PlatformFinding>;
/** By configfs-tsm's provider names. */
const PLATFORMS: ReadonlyMap<string, readonly [Verdict['platform'], VerifyPlatform]> = new Map([
  ['sev_guest', ['sev-snp', verifySnpEvidence]],
  ['tdx_guest', ['tdx', verifyTdxEvidence]],
]);
const UNKNOWN = ['unknown', verifyUnknown] as const;

/** A session's answer as far as its evidence goes; `SessionAnswer` of wire/ fits. */
export interface SessionEvidence {
  /** The RA-TLS certificate, DER. */
  readonly certificate: Uint8Array;
  /** The encoded key config that the leaf is made over. */
  readonly keyConfig: Uint8Array;
  readonly auditPath: AuditPath;
}

export interface SessionVerification {
  readonly answer: SessionEvidence;
  /** The nonce that this session was opened with, 32 bytes. */
  readonly nonce: Uint8Array;
  readonly roots: TrustRoots;
  readonly policy: AttestationPolicy;
  /** The verifier's own time. */
  readonly now: Date;
}

/**
 * Verifies a session's evidence. Whatever the answer holds, it never throws: what is wrong is a failed check.
 *
 * @throws AttestationError `policy-invalid`, `binding-malformed` (a nonce that is not 32 bytes): the caller's own
 *   mistakes
 */
export async function verifySession(input: SessionVerification): Promise<Verdict> {
  const { answer, nonce, roots, policy, now } = input;
  requirePolicy(policy);
  requireNonce(nonce);
  requireTime(now);
  const checks = new CheckList();

  const certificate = await checks.run('certificate', answer, async (given) => {
    const found = await verifyRatlsCertificate(given.certificate, now);
    return [found, `self-signed, valid until ${found.notAfter.toISOString()}`];
  });
  const [platform, verifyEvidence] = PLATFORMS.get(certificate?.evidence.provider ?? '') ?? UNKNOWN;
  const found = await verifyEvidence(checks, { evidence: certificate?.evidence, roots, policy, now });
  const bound = found.report && certificate && { report: found.report, certificate };
  await checks.run('binding', bound, ({ report, certificate: own }) => [true, requireBound(report, own)]);
  await checks.run('freshness', bound, (given) => [true, requireFresh(given.certificate, answer, nonce)]);

  const { report, ...more } = found;
  return {
    ok: checks.ok,
    checks: checks.checks,
    platform,
    ...more,
    ...(report ? { measurement: report.measurement } : {}),
  };
}

async function verifyUnknown(checks: CheckList, { evidence }: PlatformInput): Promise<PlatformFinding> {
  await checks.run('evidence', evidence, ({ provider }) => {
    throw new AttestationError(
      'evidence-unknown-provider',
      `the evidence is of ${provider}, neither SEV-SNP (sev_guest) nor TDX (tdx_guest)`,
    );
  });
  return { simulated: false };
}

function requireBound(report: { readonly reportData: Uint8Array }, { root }: RatlsCertificate): string {
  if (!sameBytes(report.reportData, reportData(root))) {
    throw new AttestationError(
      'binding-report-data',
      "the report was not made over the certificate's Merkle root",
    );
  }
  return "the report is over the certificate's Merkle root";
}

function requireFresh(
  { spkiHash, root }: RatlsCertificate,
  answer: SessionEvidence,
  nonce: Uint8Array,
): string {
  const { keyConfig, auditPath } = answer;
  if (!sameBytes(rootFromPath(sessionLeaf(spkiHash, nonce, keyConfig), auditPath), root)) {
    throw new AttestationError(
      'binding-stale',
      'our nonce and this session key are not under the report: it is old, replayed, or of another session',
    );
  }
  return `our nonce and the session key are leaf ${auditPath.index} of ${auditPath.size}`;
}

/** Every comparison with an invalid date is false; without a time nothing can be verified. */
function requireTime(now: Date): void {
  if (Number.isNaN(now.getTime()))
    throw new AttestationError('policy-invalid', 'the time of verification is no date');
}

function requireNonce(nonce: Uint8Array): void {
  if (nonce.length !== NONCE_BYTES) {
    throw new AttestationError('binding-malformed', `the nonce must be ${NONCE_BYTES} bytes`);
  }
}
