/** What Intel publishes about a TDX machine, checked before it is stapled; `fetchTdxCollateral` gets it. */
import { splitQuote } from '../tdx/abi/index.js';
import type { TdxCollateral } from '../tdx/collateral/collateral.js';
import { INTEL_ROOTS } from '../tdx/roots.js';
import { readMachine, verifyPckChain } from '../tdx/verify/chain.js';
import { verifyCollateral } from '../tdx/verify/collateral.js';
import { verifyCrl } from '../tdx/verify/crl.js';
import type { Validity } from './validity.js';

export interface TdxJudgement {
  /** The caller's own time. */
  readonly now: Date;
  /** DER of Intel's roots, unless this is a test. */
  readonly roots?: readonly Uint8Array[] | undefined;
}

/**
 * Which machine a quote is of, as Intel tells them apart, without verifying it: for a server that asks about its own.
 *
 * @throws AttestationError `tdx-quote-…`, `tdx-certificate-malformed`, `tdx-chain-mixed`, `tdx-pck-extension`
 */
export function tdxMachineOf(quote: Uint8Array): string {
  const { fmspc, authority } = readMachine(splitQuote(quote).pckChain);
  return `${authority} ${fmspc}`;
}

/**
 * Checks collateral as a client of that quote will. Whom its lists name, and how it rates the machine, is for the client to
 * say.
 *
 * @throws AttestationError `tdx-quote-…`, `tdx-certificate-malformed`, `tdx-unknown-root`, `tdx-chain-…`,
 *   `tdx-pck-extension`, `tdx-collateral-…`, `tdx-fmspc-mismatch`, `tdx-pce-mismatch`, `tdx-crl-…`
 */
export async function checkTdxCollateral(
  collateral: TdxCollateral,
  quote: Uint8Array,
  { now, roots = INTEL_ROOTS }: TdxJudgement,
): Promise<Validity> {
  const pck = await verifyPckChain(splitQuote(quote).pckChain, roots, now);
  const { tcbInfo, qeIdentity } = await verifyCollateral(collateral, pck, now);
  const [, authority, root] = pck.chain;
  const pckCrl = await verifyCrl(collateral.pckCrl, authority, now);
  const rootCrl = await verifyCrl(collateral.rootCrl, root, now);
  const due = [tcbInfo, qeIdentity, pckCrl, rootCrl].map(({ nextUpdate }) => nextUpdate.getTime());
  return {
    issued: [tcbInfo.issueDate, qeIdentity.issueDate, pckCrl.thisUpdate, rootCrl.thisUpdate],
    nextUpdate: new Date(Math.min(...due)),
  };
}
