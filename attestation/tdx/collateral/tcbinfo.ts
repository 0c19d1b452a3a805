/** TDX TCB info, version 3 (Intel, "Provisioning Certification Service API" v4, appendix "TDX TCB info"). */
import { AttestationError } from '../../error.js';
import { type JsonObject, malformed } from './json.js';
import { readSignedJson, type SignedJson } from './signed.js';
import { readAssessment, type TcbAssessment } from './status.js';

const COMPONENTS = 16;

/** Which TDX modules are meant: the values their signer and attributes must have. */
export interface ModuleSigner {
  readonly mrSigner: Uint8Array;
  readonly attributes: bigint;
  readonly attributesMask: bigint;
}

/** TDX modules of one major version, `TDX_03` for version 3. */
export interface ModuleIdentity extends ModuleSigner {
  readonly id: string;
  readonly levels: readonly (TcbAssessment & { readonly isvSvn: number })[];
}

/** One TCB level: the least SVNs that it needs. */
export interface TcbLevel extends TcbAssessment {
  readonly sgxComponents: readonly number[];
  readonly pceSvn: number;
  readonly tdxComponents: readonly number[];
  readonly date: Date;
}

export interface TcbInfo {
  readonly fmspc: Uint8Array;
  readonly pceId: Uint8Array;
  readonly issueDate: Date;
  readonly nextUpdate: Date;
  /** Grows with every re-evaluation: an older one is the older knowledge. */
  readonly evaluationNumber: number;
  /** For modules of major version 0, from before there were module identities. */
  readonly module: ModuleSigner;
  readonly moduleIdentities: readonly ModuleIdentity[];
  /** Best first. */
  readonly levels: readonly TcbLevel[];
}

/**
 * Reads TCB info. Call it on bytes whose signature has been verified.
 *
 * @throws AttestationError `tdx-collateral-version` when it is not TDX's or not version 3; `tdx-collateral-malformed`
 */
export function readTcbInfo(signed: SignedJson): TcbInfo {
  const info = readSignedJson(signed, 'tcbInfo');
  const [id, version, type] = [info.string('id'), info.integer('version', 255), info.integer('tcbType', 255)];
  if (id !== 'TDX' || version !== 3 || type !== 0) {
    throw new AttestationError(
      'tdx-collateral-version',
      `TCB info of ${id}, version ${version}, type ${type} is not of TDX, version 3, type 0`,
    );
  }
  return {
    fmspc: info.hex('fmspc', 6),
    pceId: info.hex('pceId', 2),
    issueDate: info.date('issueDate'),
    nextUpdate: info.date('nextUpdate'),
    evaluationNumber: info.integer('tcbEvaluationDataNumber', 0xffff_ffff),
    module: readSigner(info.object('tdxModule')),
    moduleIdentities: info.has('tdxModuleIdentities')
      ? info.objects('tdxModuleIdentities').map(readIdentity)
      : [],
    levels: info.objects('tcbLevels').map(readLevel),
  };
}

function readSigner(module: JsonObject): ModuleSigner {
  return {
    mrSigner: module.hex('mrsigner', 48),
    attributes: bits(module.hex('attributes', 8)),
    attributesMask: bits(module.hex('attributesMask', 8)),
  };
}

function readIdentity(identity: JsonObject): ModuleIdentity {
  const levels = identity.objects('tcbLevels').map((level) => ({
    ...readAssessment(level),
    isvSvn: level.object('tcb').integer('isvsvn', 255),
  }));
  return { ...readSigner(identity), id: identity.string('id'), levels };
}

function readLevel(level: JsonObject): TcbLevel {
  const tcb = level.object('tcb');
  return {
    ...readAssessment(level),
    sgxComponents: readComponents(tcb, 'sgxtcbcomponents'),
    pceSvn: tcb.integer('pcesvn', 0xffff),
    tdxComponents: readComponents(tcb, 'tdxtcbcomponents'),
    date: level.date('tcbDate'),
  };
}

function readComponents(tcb: JsonObject, name: string): number[] {
  const components = tcb.objects(name).map((component) => component.integer('svn', 255));
  return components.length === COMPONENTS
    ? components
    : malformed(`${name} has ${components.length} components`);
}

/** SEAM attributes are little-endian in a quote, and written in that order here. */
function bits(bytes: Uint8Array): bigint {
  return new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
}
