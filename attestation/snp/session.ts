/** SEV-SNP evidence of a session, from its bytes to what the policy says of it. */
import { AttestationError } from '../error.js';
import type { Evidence } from '../evidence.js';
import { type PlatformFinding, type PlatformInput, requireMentioned } from '../platform.js';
import type { AttestationPolicy, TrustRoots } from '../policy.js';
import type { CheckList } from '../verdict.js';
import {
  type CertificateTable,
  readCertificateTable,
  splitReport,
  type UnverifiedReport,
} from './abi/index.js';
import { type Anchor, findAnchor } from './anchor.js';
import { type VerifiedEndorsement, verifyChain } from './chain.js';
import type { EndorsementKind } from './endorsement.js';
import {
  requireConfiguration,
  requireGuestPolicy,
  requireMeasurement,
  requireMinimumTcb,
  requireNoDebug,
  requireNoMigration,
  requireSigningKey,
  requireVmpl0,
  type SnpPolicy,
} from './policy/index.js';
import { requireUnrevoked } from './revocation.js';
import { requireSamePlatform, verifyReport } from './verify.js';

/** Appends the checks of SEV-SNP, from `evidence` to `configuration`. Whatever the evidence holds, it does not throw. */
export async function verifySnpEvidence(
  checks: CheckList,
  { evidence, roots, policy, now }: PlatformInput,
): Promise<PlatformFinding> {
  const snp = await checks.run('evidence', evidence, (given) => {
    return [read(given, policy), `SEV-SNP report and ${given.auxblob?.length ?? 0} bytes of certificates`];
  });
  let simulated = false;
  const endorsed = await checks.run('chain', snp, async ({ report, table }) => {
    const kind = kindOf(report);
    const anchor = findAnchor(table, kind, roots.amd);
    simulated = anchor.name === 'simulated' || roots.amd !== undefined;
    requireTrusted(anchor, roots);
    const key = await verifyChain(table, kind, anchor, now);
    const line = `AMD ${anchor.name} root to ${kind.toUpperCase()}`;
    return [key, simulated ? 'SIMULATED root, proves nothing' : line];
  });
  const unrevoked = await checks.run('revocation', endorsed, async (key) => {
    return [key, await requireRevocation(evidence?.collateral, key, policy, now)];
  });
  // A revoked key's signatures are worth nothing: what follows is not reached then.
  const report = await checks.run('signature', unrevoked && snp && { key: unrevoked, snp }, async (found) => {
    const verified = await verifyReport(found.snp.report, found.key);
    return [verified, `SNP report version ${verified.version}, ECDSA P-384`];
  });
  const platform = report && unrevoked && { report, key: unrevoked };
  await checks.run('signing-key', platform, ({ key }) => [true, requireSigningKey(key, policy)]);
  await checks.run('tcb', platform, (found) => [true, requireSamePlatform(found.report, found.key)]);
  await checks.run('debug', report, (found) => [true, requireNoDebug(found)]);
  await checks.run('migration', report, (found) => [true, requireNoMigration(found)]);
  await checks.run('vmpl', report, (found) => [true, requireVmpl0(found)]);
  await checks.run('guest-policy', report, (found) => [true, requireGuestPolicy(found, policy)]);
  await checks.run('minimum-tcb', platform, (found) => {
    return [true, requireMinimumTcb(found.report, found.key.product, policy)];
  });
  await checks.run('measurement', report, (found) => [true, requireMeasurement(found, policy)]);
  await checks.run('configuration', report, (found) => [true, requireConfiguration(found, policy)]);
  return { simulated, ...(report ? { report } : {}) };
}

interface SnpEvidence {
  readonly report: UnverifiedReport;
  readonly table: CertificateTable;
}

function read({ outblob, auxblob }: Evidence, { measurements }: AttestationPolicy): SnpEvidence {
  requireMentioned(measurements.length > 0, 'SEV-SNP');
  return { report: splitReport(outblob), table: auxblob ? readCertificateTable(auxblob) : {} };
}

function kindOf({ signingKey }: UnverifiedReport): EndorsementKind {
  if (signingKey === 'vcek' || signingKey === 'vlek') return signingKey;
  throw new AttestationError(
    'snp-signing-key-unsupported',
    `the report says it is signed by: ${signingKey ?? 'something unknown'}`,
  );
}

async function requireRevocation(
  crl: Uint8Array | undefined,
  key: VerifiedEndorsement,
  { revocation = 'if-present' }: SnpPolicy,
  now: Date,
): Promise<string> {
  if (crl) {
    const issued = await requireUnrevoked(crl, key, now);
    return `no certificate is on the list of ${issued.toISOString()}`;
  }
  if (revocation === 'if-present') return 'no revocation list came, and the policy does not ask for one';
  throw new AttestationError(
    'snp-crl-missing',
    'the server stapled no revocation list, and the policy asks for one',
  );
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
