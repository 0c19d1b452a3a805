/** How fast evidence is verified, ours and that of others on the same evidence, each on one core. */

import { LeafTree, reportData, sessionLeaf, verifySession } from '../../attestation/index.js';
import { createRatlsIdentity } from '../../attestation/ratls/index.js';
import { writeCertificateTable } from '../../attestation/snp/abi/index.js';
import { verifySnpEvidence } from '../../attestation/snp/session.js';
import { splitQuote } from '../../attestation/tdx/abi/index.js';
import { decodeTdxCollateral, verifyTdxQuote } from '../../attestation/tdx/index.js';
import { readPem } from '../../attestation/tdx/verify/pem.js';
import { simulatedTsm } from '../../attestation/tsm/index.js';
import { CheckList } from '../../attestation/verdict.js';
import { installDcapQvl, startDcapQvl } from './dcap-qvl.js';
import { milan, quoteBundle } from './evidence.js';
import { goIsPresent, type SnpRequest, startGoogleVerifiers, type TdxRequest } from './google.js';
import type { Peer } from './peer.js';
import { microseconds } from './statistics.js';

export interface Speed {
  readonly what: string;
  readonly who: string;
  readonly us: number;
}

const CALLS = 100;

/** All that can be measured here, and who is missing. */
export async function measureVerification(): Promise<{
  readonly speeds: Speed[];
  readonly missing: string[];
}> {
  const speeds: Speed[] = [{ what: 'a whole session', who: 'sotto', us: await wholeSession() }];
  const missing: string[] = [];
  const snp = snpRequest();
  const tdx = tdxRequest();
  speeds.push({ what: 'an SNP report and its chain', who: 'sotto', us: await ourSnp() });
  speeds.push({ what: 'a TDX quote and its collateral', who: 'sotto', us: await ourTdx() });
  if (goIsPresent()) {
    const google = startGoogleVerifiers();
    const [guest = '', trust = ''] = google.name.split(' and ');
    speeds.push({ what: 'an SNP report and its chain', who: guest, us: await theirs(google, snp) });
    speeds.push({ what: 'a TDX quote and its collateral', who: trust, us: await theirs(google, tdx) });
    google.close();
  } else missing.push('go-sev-guest and go-tdx-guest do not take part: there is no Go toolchain');
  const why = installDcapQvl();
  if (why === undefined) {
    const phala = startDcapQvl();
    speeds.push({ what: 'a TDX quote and its collateral', who: phala.name, us: await theirs(phala, tdx) });
    phala.close();
  } else missing.push(`dcap-qvl does not take part: ${why}`);
  return { speeds, missing };
}

async function theirs<Request extends SnpRequest | TdxRequest>(
  peer: Peer<Request>,
  request: Request,
): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 5; round++) {
    const { nanoseconds } = await peer.ask({ ...request, repeat: CALLS });
    least = Math.min(least, nanoseconds / 1000 / CALLS);
  }
  return least;
}

/** From the answer of a server to the verdict. */
async function wholeSession(): Promise<number> {
  const measurement = new Uint8Array(48);
  const tsm = await simulatedTsm({ measurement });
  const identity = await createRatlsIdentity();
  const nonce = crypto.getRandomValues(new Uint8Array(32));
  const keyConfig = new Uint8Array(41);
  const tree = new LeafTree([sessionLeaf(identity.spkiHash, nonce, keyConfig)]);
  const certificate = await identity.certificate(await tsm.report(reportData(tree.root)), tree.root);
  const answer = { certificate, keyConfig, auditPath: tree.path(0) };
  const roots = { simulated: 'sotto-simulated' } as const;
  return microseconds(CALLS, () =>
    verifySession({ answer, nonce, roots, policy: { measurements: [measurement] }, now: new Date() }),
  );
}

const { report, vcek, now: milanTime } = milan();
const table = writeCertificateTable({ vcek });
const snpRequest = (): SnpRequest => ({ kind: 'snp', now: milanTime, snp: { report, table } });

function ourSnp(): Promise<number> {
  const evidence = { provider: 'sev_guest', outblob: report, auxblob: table };
  const policy = { measurements: [report.subarray(0x90, 0xc0)] };
  return microseconds(CALLS, () =>
    verifySnpEvidence(new CheckList(), { evidence, roots: {}, policy, now: milanTime }),
  );
}

const quote = quoteBundle('v4-uptodate', new Date('2025-06-20T00:00:00Z'));

function ourTdx(): Promise<number> {
  return microseconds(CALLS, () => verifyTdxQuote(quote));
}

function tdxRequest(): TdxRequest {
  const [, pckAuthority, root] = readPem(splitQuote(quote.quote).pckChain, 'tdx-certificate-malformed');
  const collateral = {
    ...decodeTdxCollateral(quote.collateral!),
    pckAuthority: pckAuthority!,
    root: root!,
  };
  return { kind: 'tdx', now: quote.now, tdx: { quote: quote.quote, collateral } };
}
