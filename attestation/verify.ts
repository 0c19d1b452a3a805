import { type AuditPath, reportData, rootFromPath, sessionLeaf } from './binding.js';
import { sameBytes } from './bytes.js';
import { AttestationError } from './error.js';
import type { Evidence } from './evidence.js';
import { type AttestationPolicy, requirePolicy, type TrustRoots } from './policy.js';
import { type RatlsCertificate, verifyRatlsCertificate } from './ratls/certificate.js';
import {
  type CertificateTable,
  readCertificateTable,
  splitReport,
  type UnverifiedReport,
} from './snp/abi/index.js';
import { type Anchor, findAnchor } from './snp/anchor.js';
import { verifyChain } from './snp/chain.js';
import {
  requireMeasurement,
  requireMinimumTcb,
  requireNoDebug,
  requireNoMigration,
  requireVmpl0,
} from './snp/policy.js';
import { requireSamePlatform, type VerifiedReport, verifyReport } from './snp/verify.js';
import { CheckList, type Verdict } from './verdict.js';

const NONCE_BYTES = 32;
/** By configfs-tsm's provider names. */
const PLATFORMS: ReadonlyMap<string, Verdict['platform']> = new Map([
  ['sev_guest', 'sev-snp'],
  ['tdx_guest', 'tdx'],
]);

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
  const snp = await checks.run('evidence', certificate?.evidence, (evidence) => {
    return [
      readEvidence(evidence),
      `SEV-SNP report and ${evidence.auxblob?.length ?? 0} bytes of certificates`,
    ];
  });
  let simulated = false;
  const vcek = await checks.run('chain', snp, async ({ table }) => {
    const anchor = findAnchor(table);
    simulated = anchor.name === 'simulated';
    requireTrusted(anchor, roots);
    const key = await verifyChain(table, anchor, now);
    return [key, simulated ? 'SIMULATED root, proves nothing' : `AMD ${anchor.name} root to VCEK`];
  });
  const report = await checks.run('signature', vcek && snp && { vcek, snp }, async (found) => {
    const verified = await verifyReport(found.snp.report, found.vcek);
    return [verified, `SNP report version ${verified.version}, ECDSA P-384`];
  });
  const platform = report && vcek && { report, vcek };
  await checks.run('tcb', platform, (found) => {
    requireSamePlatform(found.report, found.vcek);
    return [true, "the report's TCB and chip are the VCEK's"];
  });
  await checks.run('debug', report, (found) => [true, requireNoDebug(found)]);
  await checks.run('migration', report, (found) => [true, requireNoMigration(found)]);
  await checks.run('vmpl', report, (found) => [true, requireVmpl0(found)]);
  await checks.run('minimum-tcb', platform, (found) => {
    return [true, requireMinimumTcb(found.report, found.vcek.product, policy)];
  });
  await checks.run('measurement', report, (found) => [true, requireMeasurement(found, policy)]);
  const bound = report && certificate && { report, certificate };
  await checks.run('binding', bound, (found) => [true, requireBound(found.report, found.certificate)]);
  await checks.run('freshness', bound, (found) => [true, requireFresh(found.certificate, answer, nonce)]);

  return {
    ok: checks.ok,
    checks: checks.checks,
    platform: PLATFORMS.get(certificate?.evidence.provider ?? '') ?? 'unknown',
    simulated,
    ...(report ? { measurement: report.measurement } : {}),
  };
}

interface SnpEvidence {
  readonly report: UnverifiedReport;
  readonly table: CertificateTable;
}

function readEvidence({ provider, outblob, auxblob }: Evidence): SnpEvidence {
  if (PLATFORMS.get(provider) !== 'sev-snp') {
    throw new AttestationError(
      'evidence-unknown-provider',
      'the evidence is not of SEV-SNP (provider sev_guest)',
    );
  }
  return { report: splitReport(outblob), table: auxblob ? readCertificateTable(auxblob) : {} };
}

function requireTrusted({ name }: Anchor, roots: TrustRoots): void {
  if (name === 'simulated' && roots.simulated !== 'sotto-simulated') {
    throw new AttestationError(
      'simulated-not-trusted',
      'the evidence is simulated: it protects nothing. For development only, name the trust root "sotto-simulated"; ' +
        'otherwise do not use this server.',
    );
  }
}

function requireBound(report: VerifiedReport, { root }: RatlsCertificate): string {
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
