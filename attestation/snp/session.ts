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
import { verifyChain } from './chain.js';
import {
  requireMeasurement,
  requireMinimumTcb,
  requireNoDebug,
  requireNoMigration,
  requireVmpl0,
} from './policy.js';
import { requireSamePlatform, verifyReport } from './verify.js';

/** Appends the checks of SEV-SNP, from `evidence` to `measurement`. Whatever the evidence holds, it does not throw. */
export async function verifySnpEvidence(
  checks: CheckList,
  { evidence, roots, policy, now }: PlatformInput,
): Promise<PlatformFinding> {
  const snp = await checks.run('evidence', evidence, (given) => {
    return [read(given, policy), `SEV-SNP report and ${given.auxblob?.length ?? 0} bytes of certificates`];
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

function requireTrusted({ name }: Anchor, roots: TrustRoots): void {
  if (name === 'simulated' && roots.simulated !== 'sotto-simulated') {
    throw new AttestationError(
      'simulated-not-trusted',
      'the evidence is simulated: it protects nothing. For development only, name the trust root "sotto-simulated"; ' +
        'otherwise do not use this server.',
    );
  }
}
