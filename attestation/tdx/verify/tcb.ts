/**
 * How up to date the machine is: its SGX components and PCE from the PCK certificate, its TDX module and components
 * from the quote, compared with Intel's levels (PCS API v4, "TDX TCB info", evaluation).
 */
import { sameBytes } from '../../bytes.js';
import { AttestationError } from '../../error.js';
import { combine, type TcbAssessment } from '../collateral/status.js';
import type { ModuleSigner, TcbInfo, TcbLevel } from '../collateral/tcbinfo.js';
import type { VerifiedCollateral } from './collateral.js';
import type { PckPlatform } from './pck.js';
import type { VerifiedQuote } from './quote.js';

/** In TEE_TCB_SVN: the TDX module's SVN and its major version. */
const MODULE_SVN = 0;
const MODULE_MAJOR = 1;

/** What Intel says about the machine, as a whole and by part. */
export interface PlatformTcb extends TcbAssessment {
  readonly platform: TcbAssessment;
  readonly module: TcbAssessment;
  readonly quotingEnclave: TcbAssessment;
  /** Of the level that the platform reaches; of the earlier one when the TDX module was updated under the TD. */
  readonly date: Date;
  /** The lower `tcbEvaluationDataNumber` of TCB info and QE identity. */
  readonly evaluationNumber: number;
}

/**
 * @param quotingEnclave what was found about the quoting enclave
 * @throws AttestationError `tdx-module-unknown`, `tdx-module-mismatch`, `tdx-tcb-unknown`
 */
export function assessPlatform(
  quote: VerifiedQuote,
  pck: PckPlatform,
  { tcbInfo, qeIdentity }: VerifiedCollateral,
  quotingEnclave: TcbAssessment,
): PlatformTcb {
  // The TD was launched under one TDX module; a TD-preserving update may have put another in its place since.
  const svns = [quote.teeTcbSvn, ...(quote.td15 ? [quote.td15.teeTcbSvn2] : [])];
  const module = combine(...svns.map((svn) => assessModule(quote, svn, tcbInfo)));
  const levels = svns.map((svn) => levelOf(svn, pck, tcbInfo));
  const platform = combine(...levels);
  return {
    ...combine(platform, module, quotingEnclave),
    platform,
    module,
    quotingEnclave: { status: quotingEnclave.status, advisories: quotingEnclave.advisories },
    date: new Date(Math.min(...levels.map(({ date }) => date.getTime()))),
    evaluationNumber: Math.min(tcbInfo.evaluationNumber, qeIdentity.evaluationNumber),
  };
}

/** The first TCB level that the machine reaches. Intel lists the best first. */
function levelOf(svn: Uint8Array, pck: PckPlatform, { levels }: TcbInfo): TcbLevel {
  const level = levels.find((candidate) => reaches(svn, pck, candidate));
  if (level) return level;
  throw new AttestationError(
    'tdx-tcb-unknown',
    `the machine is below every TCB level that Intel lists: SGX ${pck.components.join('.')}, ` +
      `PCE ${pck.pceSvn}, TDX ${svn.join('.')}`,
  );
}

/** Modules of major version 0 are judged by the TCB levels alone, later ones by their own identity as well. */
function assessModule(
  quote: VerifiedQuote,
  teeTcbSvn: Uint8Array,
  { module, moduleIdentities }: TcbInfo,
): TcbAssessment {
  const [svn, major] = [teeTcbSvn[MODULE_SVN]!, teeTcbSvn[MODULE_MAJOR]!];
  if (major === 0) {
    requireModule(quote, module);
    return { status: 'UpToDate', advisories: [] };
  }
  const id = `TDX_${major.toString(16).toUpperCase().padStart(2, '0')}`;
  const identity = moduleIdentities.find((candidate) => candidate.id.toUpperCase() === id);
  if (!identity) {
    throw new AttestationError('tdx-module-unknown', `Intel's TCB info knows no TDX module ${id}`);
  }
  requireModule(quote, identity);
  const level = identity.levels.find((candidate) => candidate.isvSvn <= svn);
  if (!level) {
    throw new AttestationError('tdx-tcb-unknown', `Intel lists no ${id} module of version ${svn} or below`);
  }
  return { status: level.status, advisories: level.advisories };
}

function requireModule({ mrSignerSeam, seamAttributes }: VerifiedQuote, expected: ModuleSigner): void {
  if (
    !sameBytes(mrSignerSeam, expected.mrSigner) ||
    (seamAttributes & expected.attributesMask) !== expected.attributes
  ) {
    throw new AttestationError(
      'tdx-module-mismatch',
      "the TDX module's signer or attributes are not Intel's",
    );
  }
}

/** From major version 1 on, the first two TDX components are the module's, which its identity judges. */
function reaches(teeTcbSvn: Uint8Array, pck: PckPlatform, level: TcbLevel): boolean {
  const from = teeTcbSvn[MODULE_MAJOR] === 0 ? 0 : MODULE_MAJOR + 1;
  return (
    level.sgxComponents.every((least, i) => pck.components[i]! >= least) &&
    pck.pceSvn >= level.pceSvn &&
    level.tdxComponents.every((least, i) => i < from || teeTcbSvn[i]! >= least)
  );
}
