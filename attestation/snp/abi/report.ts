/**
 * The SEV-SNP attestation report: AMD document 56860 ("SEV Secure Nested Paging Firmware ABI Specification"),
 * section "MSG_REPORT_RSP", table ATTESTATION_REPORT. Versions 2, 3 and 5, 1,184 bytes, little-endian. Fields bear
 * the specification's names.
 */
import { AttestationError } from '../../error.js';
import { type GuestPolicy, type PlatformInfo, readPlatformInfo, readPolicy, reserved } from './flags.js';
import { type CpuId, productOfCpu, type SnpProduct } from './product.js';
import { readTcb, type TcbVersion } from './tcb.js';

export const REPORT_BYTES = 0x4a0;
/** The signature covers everything before it. */
export const SIGNED_BYTES = 0x2a0;
/** r and s take 72 bytes each, little-endian; a P-384 value fills 48. */
export const COORDINATE_BYTES = 72;
export const P384_BYTES = 48;
const VERSIONS = [2, 3, 5];
const ECDSA_P384_SHA384 = 1;
const SIGNING_KEYS: ReadonlyMap<number, SigningKey> = new Map([
  [0, 'vcek'],
  [1, 'vlek'],
  [7, 'none'],
]);

/** A report of the right size about which nothing else may be used: only what checking its signature needs. */
export interface UnverifiedReport {
  readonly signedBytes: Uint8Array;
  /** r ‖ s, 48 bytes each, big-endian: what WebCrypto calls the signature. */
  readonly signature: Uint8Array;
  /** Which key it claims to be signed with, to know which to try; undefined when the field has no such value. */
  readonly signingKey: SigningKey | undefined;
}

/** Which key signed a report (SIGNING_KEY). */
export type SigningKey = 'vcek' | 'vlek' | 'none';

/** A firmware version: CURRENT_* and COMMITTED_*. */
interface FirmwareVersion {
  readonly major: number;
  readonly minor: number;
  readonly build: number;
}

/** Every field of the report. */
export interface SnpReport {
  readonly version: 2 | 3 | 5;
  readonly guestSvn: number;
  readonly policy: GuestPolicy;
  readonly familyId: Uint8Array;
  readonly imageId: Uint8Array;
  readonly vmpl: number;
  readonly currentTcb: TcbVersion;
  readonly platformInfo: PlatformInfo;
  readonly authorKeyEn: boolean;
  readonly maskChipKey: boolean;
  readonly signingKey: SigningKey;
  readonly reportData: Uint8Array;
  readonly measurement: Uint8Array;
  readonly hostData: Uint8Array;
  readonly idKeyDigest: Uint8Array;
  readonly authorKeyDigest: Uint8Array;
  readonly reportId: Uint8Array;
  readonly reportIdMa: Uint8Array;
  readonly reportedTcb: TcbVersion;
  /** From version 3 on. */
  readonly cpuId?: CpuId;
  readonly chipId: Uint8Array;
  readonly committedTcb: TcbVersion;
  readonly current: FirmwareVersion;
  readonly committed: FirmwareVersion;
  readonly launchTcb: TcbVersion;
  /** From version 5 on. */
  readonly launchMitVector?: bigint;
  /** From version 5 on. */
  readonly currentMitVector?: bigint;
}

/**
 * Cuts a report into what is signed and its signature, without reading what it says.
 *
 * @throws AttestationError `snp-report-size`; `snp-report-reserved` when the unsigned tail is not zero
 */
export function splitReport(bytes: Uint8Array): UnverifiedReport {
  if (bytes.length !== REPORT_BYTES) {
    throw new AttestationError(
      'snp-report-size',
      `an SNP report has ${REPORT_BYTES} bytes, this has ${bytes.length}`,
    );
  }
  const r = bytes.subarray(SIGNED_BYTES, SIGNED_BYTES + COORDINATE_BYTES);
  const s = bytes.subarray(SIGNED_BYTES + COORDINATE_BYTES, SIGNED_BYTES + 2 * COORDINATE_BYTES);
  requireZero(r, P384_BYTES, COORDINATE_BYTES);
  requireZero(s, P384_BYTES, COORDINATE_BYTES);
  requireZero(bytes, SIGNED_BYTES + 2 * COORDINATE_BYTES, REPORT_BYTES);
  const signature = new Uint8Array(2 * P384_BYTES);
  signature.set(r.slice(0, P384_BYTES).reverse(), 0);
  signature.set(s.slice(0, P384_BYTES).reverse(), P384_BYTES);
  return { signedBytes: bytes.subarray(0, SIGNED_BYTES), signature, signingKey: signingKeyOf(bytes[0x048]!) };
}

/**
 * The product line that a report names; undefined when it is of version 2, which names none, or of none that we know.
 * Nothing is verified: this is for a machine that asks about itself.
 */
export function productOfReport(signed: Uint8Array): SnpProduct | undefined {
  const [family, model, stepping] = signed.subarray(0x188, 0x18b) as unknown as [number, number, number];
  return signed[0]! >= 3 ? productOfCpu({ family, model, stepping }) : undefined;
}

/**
 * Reads the signed part of a report. Call it on bytes whose signature has been verified.
 *
 * @param product the product line of the key that signed it: version 2 does not say its own
 * @throws AttestationError `snp-report-size`, `snp-report-version`, `snp-report-reserved`,
 *   `snp-report-signature-algorithm`, `snp-product-mismatch`
 */
export function readReport(signed: Uint8Array, product: SnpProduct): SnpReport {
  if (signed.length !== SIGNED_BYTES) {
    throw new AttestationError(
      'snp-report-size',
      `the signed part has ${SIGNED_BYTES} bytes, not ${signed.length}`,
    );
  }
  const view = new DataView(signed.buffer, signed.byteOffset, signed.byteLength);
  const u8 = (at: number) => view.getUint8(at);
  const u32 = (at: number) => view.getUint32(at, true);
  const u64 = (at: number) => view.getBigUint64(at, true);
  const bytes = (at: number, length: number) => signed.slice(at, at + length);
  const tcb = (at: number) => readTcb(signed.subarray(at, at + 8), product);
  const firmware = (at: number) => ({ build: u8(at), minor: u8(at + 1), major: u8(at + 2) });

  const version = u32(0x000);
  if (!VERSIONS.includes(version)) {
    throw new AttestationError('snp-report-version', `SNP report version ${version} is not one of 2, 3, 5`);
  }
  if (u32(0x034) !== ECDSA_P384_SHA384) {
    throw new AttestationError(
      'snp-report-signature-algorithm',
      `signature algorithm ${u32(0x034)} is unknown`,
    );
  }
  requireZero(signed, 0x04c, 0x050);
  requireZero(signed, version >= 3 ? 0x18b : 0x188, 0x1a0);
  requireZero(signed, 0x1eb, 0x1ec);
  requireZero(signed, 0x1ef, 0x1f0);
  requireZero(signed, version >= 5 ? 0x208 : 0x1f8, SIGNED_BYTES);
  const cpuId = { family: u8(0x188), model: u8(0x189), stepping: u8(0x18a) };
  if (version >= 3 ? productOfCpu(cpuId) !== product : product === 'Turin') {
    throw new AttestationError(
      'snp-product-mismatch',
      `the report is not of a ${product} processor, its key is`,
    );
  }
  return {
    version: version as SnpReport['version'],
    guestSvn: u32(0x004),
    policy: readPolicy(u64(0x008)),
    familyId: bytes(0x010, 16),
    imageId: bytes(0x020, 16),
    vmpl: u32(0x030),
    currentTcb: tcb(0x038),
    platformInfo: readPlatformInfo(u64(0x040)),
    ...readKeyInfo(u32(0x048)),
    reportData: bytes(0x050, 64),
    measurement: bytes(0x090, 48),
    hostData: bytes(0x0c0, 32),
    idKeyDigest: bytes(0x0e0, 48),
    authorKeyDigest: bytes(0x110, 48),
    reportId: bytes(0x140, 32),
    reportIdMa: bytes(0x160, 32),
    reportedTcb: tcb(0x180),
    ...(version >= 3 ? { cpuId } : {}),
    chipId: bytes(0x1a0, 64),
    committedTcb: tcb(0x1e0),
    current: firmware(0x1e8),
    committed: firmware(0x1ec),
    launchTcb: tcb(0x1f0),
    ...(version >= 5 ? { launchMitVector: u64(0x1f8), currentMitVector: u64(0x200) } : {}),
  };
}

function readKeyInfo(bits: number): Pick<SnpReport, 'authorKeyEn' | 'maskChipKey' | 'signingKey'> {
  const signingKey = signingKeyOf(bits);
  if (bits >>> 5 !== 0 || !signingKey) return reserved('the signing key field');
  return { authorKeyEn: (bits & 1) === 1, maskChipKey: (bits & 2) === 2, signingKey };
}

/** KEY_INFO, bits 2 to 4. */
function signingKeyOf(bits: number): SigningKey | undefined {
  return SIGNING_KEYS.get((bits >>> 2) & 7);
}

function requireZero(bytes: Uint8Array, from: number, to: number): void {
  if (bytes.subarray(from, to).some((byte) => byte !== 0)) reserved(`bytes 0x${from.toString(16)} and on`);
}
