/** The flag fields of a report: the guest's launch policy and the platform's state (56860, tables of those names). */
import { AttestationError } from '../../error.js';

/** The guest policy (56860, table "Guest policy"). */
export interface GuestPolicy {
  readonly abiMinor: number;
  readonly abiMajor: number;
  readonly smt: boolean;
  readonly migrateMa: boolean;
  readonly debug: boolean;
  readonly singleSocket: boolean;
  readonly cxlAllow: boolean;
  readonly memAes256Xts: boolean;
  readonly raplDis: boolean;
  readonly ciphertextHidingDram: boolean;
  readonly pageSwapDisable: boolean;
}

/** PLATFORM_INFO. */
export interface PlatformInfo {
  readonly smtEnabled: boolean;
  readonly tsmeEnabled: boolean;
  readonly eccEnabled: boolean;
  readonly raplDisabled: boolean;
  readonly ciphertextHidingDramEnabled: boolean;
  readonly aliasCheckComplete: boolean;
  readonly tioEnabled: boolean;
}

/** @throws AttestationError `snp-report-reserved` */
export function readPolicy(bits: bigint): GuestPolicy {
  const bit = (n: number) => ((bits >> BigInt(n)) & 1n) === 1n;
  if (!bit(17) || bits >> 26n !== 0n) reserved('the guest policy');
  return {
    abiMinor: Number(bits & 0xffn),
    abiMajor: Number((bits >> 8n) & 0xffn),
    smt: bit(16),
    migrateMa: bit(18),
    debug: bit(19),
    singleSocket: bit(20),
    cxlAllow: bit(21),
    memAes256Xts: bit(22),
    raplDis: bit(23),
    ciphertextHidingDram: bit(24),
    pageSwapDisable: bit(25),
  };
}

/** @throws AttestationError `snp-report-reserved` */
export function readPlatformInfo(bits: bigint): PlatformInfo {
  const bit = (n: number) => ((bits >> BigInt(n)) & 1n) === 1n;
  if (bit(6) || bits >> 8n !== 0n) reserved('PLATFORM_INFO');
  return {
    smtEnabled: bit(0),
    tsmeEnabled: bit(1),
    eccEnabled: bit(2),
    raplDisabled: bit(3),
    ciphertextHidingDramEnabled: bit(4),
    aliasCheckComplete: bit(5),
    tioEnabled: bit(7),
  };
}

/** @throws AttestationError `snp-report-reserved`, always */
export function reserved(what: string): never {
  throw new AttestationError(
    'snp-report-reserved',
    `${what}: a reserved bit of the SNP report is not as it must be`,
  );
}
