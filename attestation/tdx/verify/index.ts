/** Signatures, chains, revocation and patch levels: from an unverified quote to a verified one. */
import { AttestationError } from '../../error.js';
import { type Check, CheckList } from '../../verdict.js';
import { splitQuote } from '../abi/index.js';
import { decodeTdxCollateral } from '../collateral/collateral.js';
import { verifyPckChain } from './chain.js';
import { verifyCollateral } from './collateral.js';
import { verifyQuotingEnclave } from './qe.js';
import { type VerifiedQuote, verifyQuote } from './quote.js';
import { requireUnrevoked } from './revocation.js';
import { assessPlatform, type PlatformTcb } from './tcb.js';

export type { VerifiedQuote } from './quote.js';
export type { PlatformTcb } from './tcb.js';

export interface TdxVerification {
  /** The quote, as configfs-tsm's `outblob` gave it. */
  readonly quote: Uint8Array;
  /** Stapled collateral, as `encodeTdxCollateral` made it; undefined when none came, which is refused. */
  readonly collateral: Uint8Array | undefined;
  /** The verifier's own time. */
  readonly now: Date;
  /** DER of the trusted roots: `INTEL_ROOTS`, unless this is a test. */
  readonly roots: readonly Uint8Array[];
}

/** What was found about the machine that made a quote, by signatures alone. */
export interface VerifiedPlatform {
  readonly tcb: PlatformTcb;
  readonly fmspc: Uint8Array;
  /** When the oldest of the parts that Intel renews monthly was issued. */
  readonly collateralIssued: Date;
}

export interface TdxVerdict {
  /** True when every check is. It says that the quote is genuine, not that its content is acceptable. */
  readonly ok: boolean;
  readonly checks: readonly Check[];
  /** Present when the quote's signature was verified under a chain that stands, even if its patch level is unknown. */
  readonly quote?: VerifiedQuote;
  /** Present only when `ok`. */
  readonly platform?: VerifiedPlatform;
}

/**
 * Verifies a TDX quote with its collateral. Whatever they hold, it never throws: what is wrong is a failed check. The
 * checks are, in this order: `evidence`, `chain`, `collateral`, `revocation`, `quoting-enclave`, `signature`, `tcb`.
 *
 * @throws AttestationError `policy-invalid` when `now` is no date or there are no roots: the caller's own mistakes
 */
export async function verifyTdxQuote({
  quote,
  collateral,
  now,
  roots,
}: TdxVerification): Promise<TdxVerdict> {
  requireCaller(now, roots);
  const checks = new CheckList();
  const parts = await checks.run('evidence', quote, (bytes) => {
    const split = splitQuote(bytes);
    return [split, `TDX quote, ${split.signedBytes.length} signed bytes`];
  });
  const pck = await checks.run('chain', parts, async ({ pckChain }) => {
    const found = await verifyPckChain(pckChain, roots, now);
    return [found, `Intel SGX Root CA to the PCK of a ${found.authority} machine`];
  });
  const stapled = await checks.run('collateral', pck, async (found) => {
    const decoded = decodeTdxCollateral(requirePresent(collateral));
    const verified = await verifyCollateral(decoded, found, now);
    const until = earliest(verified.tcbInfo.nextUpdate, verified.qeIdentity.nextUpdate);
    return [{ decoded, verified }, `TCB info and QE identity, good until ${until.toISOString()}`];
  });
  const crlIssued = await checks.run('revocation', stapled && pck && { stapled, pck }, async (found) => {
    const { decoded, verified } = found.stapled;
    const issued = await requireUnrevoked(decoded, found.pck, verified.signers, now);
    return [issued, `no certificate is on the lists of ${issued.toISOString()}`];
  });
  // A revoked key's signatures are worth nothing: what follows is not reached then.
  const standing = stapled && pck && parts && crlIssued && { stapled, pck, parts };
  const qe = await checks.run('quoting-enclave', standing, async (found) => {
    const verified = await verifyQuotingEnclave(found.parts, found.pck, found.stapled.verified.qeIdentity);
    return [verified, `Intel's, version ${verified.report.isvSvn}, owns the attestation key`];
  });
  const read = await checks.run('signature', qe && parts && { qe, parts }, async (found) => {
    const verified = await verifyQuote(found.parts, found.qe);
    return [verified, `TDX quote version ${verified.version}, ${verified.body}, ECDSA P-256`];
  });
  const tcb = await checks.run('tcb', read && qe && pck && stapled && { read, qe, pck, stapled }, (found) => {
    const assessed = assessPlatform(found.read, found.pck.platform, found.stapled.verified, found.qe.tcb);
    return [assessed, [assessed.status, ...assessed.advisories].join(' ')];
  });
  const platform = tcb &&
    pck &&
    stapled &&
    crlIssued && {
      tcb,
      fmspc: pck.platform.fmspc,
      collateralIssued: earliest(
        stapled.verified.tcbInfo.issueDate,
        stapled.verified.qeIdentity.issueDate,
        crlIssued,
      ),
    };
  return {
    ok: checks.ok,
    checks: checks.checks,
    ...(read ? { quote: read } : {}),
    ...(platform ? { platform } : {}),
  };
}

function requirePresent(collateral: Uint8Array | undefined): Uint8Array {
  if (!collateral) {
    throw new AttestationError(
      'tdx-collateral-missing',
      'the server stapled no collateral; without it neither revocation nor patch level can be judged',
    );
  }
  return collateral;
}

function earliest(...dates: readonly Date[]): Date {
  return new Date(Math.min(...dates.map((date) => date.getTime())));
}

/** Every comparison with an invalid date is false; without a time or a root nothing can be verified. */
function requireCaller(now: Date, roots: readonly Uint8Array[]): void {
  if (Number.isNaN(now.getTime())) {
    throw new AttestationError('policy-invalid', 'the time of verification is no date');
  }
  if (roots.length === 0)
    throw new AttestationError('policy-invalid', 'no root is trusted; name at least one');
}
