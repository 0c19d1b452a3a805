import {
  type AuditPath,
  directLeaf,
  peerLeaf,
  reportData,
  requireBytes,
  rootFromPath,
  sessionLeaf,
} from './binding.js';
import { sameBytes } from './bytes.js';
import { AttestationError } from './error.js';
import type { PlatformFinding, PlatformInput } from './platform.js';
import { type AttestationPolicy, requirePolicy, type TrustRoots } from './policy.js';
import { type RatlsCertificate, verifyRatlsCertificate } from './ratls/certificate.js';
import { verifySnpEvidence } from './snp/session.js';
import { verifyTdxEvidence } from './tdx/session.js';
import { CheckList, type Verdict } from './verdict.js';

const NONCE_BYTES = 32;
const EXPORTER_BYTES = 32;

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

/** What every kind of evidence is held to. */
export interface Expectations {
  readonly roots: TrustRoots;
  readonly policy: AttestationPolicy;
  /** The verifier's own time. */
  readonly now: Date;
}

export interface SessionVerification extends Expectations {
  readonly answer: SessionEvidence;
  /** The nonce that this session was opened with, 32 bytes. */
  readonly nonce: Uint8Array;
}

export interface DirectVerification extends Expectations {
  /** The certificate that the server's end of the TLS connection has proved to hold the key of, DER. */
  readonly certificate: Uint8Array;
  /** The nonce that was in this connection's server name, 32 bytes. */
  readonly nonce: Uint8Array;
}

export interface PeerVerification extends Expectations {
  /** The certificate that the client sent over the TLS connection, DER. */
  readonly certificate: Uint8Array;
  /** `tls-exporter` of that connection (RFC 9266), from the verifier's own TLS stack, 32 bytes. */
  readonly exporter: Uint8Array;
}

/** A leaf that has to be under the report, and where it is said to be. */
interface Bound {
  readonly leaf: Uint8Array;
  readonly auditPath: AuditPath;
}

/** How the kinds of evidence differ: in what the report has to cover. */
interface Kind extends Expectations {
  readonly certificate: Uint8Array;
  readonly boundBy: (certificate: RatlsCertificate) => Bound;
  /** What the leaf is made of, in words. */
  readonly covered: string;
}

/**
 * Verifies a session's evidence. Whatever the answer holds, it never throws: what is wrong is a failed check.
 *
 * @throws AttestationError `policy-invalid`, `binding-malformed` (a nonce that is not 32 bytes): the caller's own
 *   mistakes
 */
export async function verifySession(input: SessionVerification): Promise<Verdict> {
  const { answer, nonce, ...expected } = input;
  requireBytes(nonce, NONCE_BYTES, 'the nonce');
  return verify({
    ...expected,
    certificate: answer.certificate,
    boundBy: ({ spkiHash }) => ({
      leaf: sessionLeaf(spkiHash, nonce, answer.keyConfig),
      auditPath: answer.auditPath,
    }),
    covered: 'our nonce and this session key',
  });
}

/**
 * Verifies the evidence of a server at the other end of a TLS connection (direct RA-TLS). It never throws for what the
 * certificate holds. The TLS stack must have verified CertificateVerify (RFC 8446 §4.4.3), as every one does.
 *
 * @throws AttestationError `policy-invalid`, `binding-malformed`, as `verifySession` does
 */
export async function verifyDirect(input: DirectVerification): Promise<Verdict> {
  const { nonce, ...expected } = input;
  requireBytes(nonce, NONCE_BYTES, 'the nonce');
  return verify({
    ...expected,
    boundBy: (certificate) => ({
      leaf: directLeaf(certificate.spkiHash, nonce),
      auditPath: pathIn(certificate),
    }),
    covered: "our nonce and this connection's key",
  });
}

/**
 * Verifies the evidence of a client at the other end of a TLS connection (mutual RA-TLS). It never throws for what the
 * certificate holds.
 *
 * @throws AttestationError `policy-invalid`; `binding-malformed` (an exporter that is not 32 bytes)
 */
export async function verifyPeer(input: PeerVerification): Promise<Verdict> {
  const { exporter, ...expected } = input;
  requireBytes(exporter, EXPORTER_BYTES, "the connection's exporter");
  return verify({
    ...expected,
    boundBy: (certificate) => ({
      leaf: peerLeaf(certificate.spkiHash, exporter),
      auditPath: pathIn(certificate),
    }),
    covered: "the client's key and this connection's exporter",
  });
}

async function verify(kind: Kind): Promise<Verdict> {
  const { roots, policy, now, covered } = kind;
  requirePolicy(policy);
  requireTime(now);
  const checks = new CheckList();

  const certificate = await checks.run('certificate', kind.certificate, async (given) => {
    const found = await verifyRatlsCertificate(given, now);
    return [found, `self-signed, valid until ${found.notAfter.toISOString()}`];
  });
  const [platform, verifyEvidence] = PLATFORMS.get(certificate?.evidence.provider ?? '') ?? UNKNOWN;
  const found = await verifyEvidence(checks, { evidence: certificate?.evidence, roots, policy, now });
  const bound = found.report && certificate && { report: found.report, certificate };
  await checks.run('binding', bound, ({ report, certificate: own }) => [true, requireBound(report, own)]);
  await checks.run('freshness', bound, ({ certificate: own }) => {
    return [true, requireFresh(kind.boundBy(own), own, covered)];
  });

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

function requireFresh({ leaf, auditPath }: Bound, { root }: RatlsCertificate, covered: string): string {
  if (!sameBytes(rootFromPath(leaf, auditPath), root)) {
    throw new AttestationError(
      'binding-stale',
      `${covered} are not under the report: it is old, replayed, or was made for somebody else`,
    );
  }
  return `${covered} are leaf ${auditPath.index} of ${auditPath.size}`;
}

function pathIn({ auditPath }: RatlsCertificate): AuditPath {
  if (auditPath) return auditPath;
  throw new AttestationError(
    'ratls-no-audit-path',
    'the certificate says nothing of where its leaf is: it was not made for one connection',
  );
}

/** Every comparison with an invalid date is false; without a time nothing can be verified. */
function requireTime(now: Date): void {
  if (Number.isNaN(now.getTime()))
    throw new AttestationError('policy-invalid', 'the time of verification is no date');
}
