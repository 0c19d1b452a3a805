/** Writes what firmware writes: the signed part of an SNP report (the inverse of snp/abi/report.ts). */

import { type SnpProduct, type SnpReport, writeTcb } from '../snp/abi/index.js';
import { SIGNED_BYTES } from '../snp/abi/report.js';

const ECDSA_P384_SHA384 = 1;
const SIGNING_KEYS = { vcek: 0, vlek: 1, none: 7 } as const;

/** The signed part of a report that says all this. */
export function writeReport(report: SnpReport, product: SnpProduct): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(SIGNED_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(0x000, report.version, true);
  view.setUint32(0x004, report.guestSvn, true);
  view.setBigUint64(0x008, policyBits(report), true);
  bytes.set(report.familyId, 0x010);
  bytes.set(report.imageId, 0x020);
  view.setUint32(0x030, report.vmpl, true);
  view.setUint32(0x034, ECDSA_P384_SHA384, true);
  bytes.set(writeTcb(report.currentTcb, product), 0x038);
  view.setBigUint64(0x040, platformBits(report), true);
  view.setUint32(0x048, keyBits(report), true);
  bytes.set(report.reportData, 0x050);
  bytes.set(report.measurement, 0x090);
  bytes.set(report.hostData, 0x0c0);
  bytes.set(report.idKeyDigest, 0x0e0);
  bytes.set(report.authorKeyDigest, 0x110);
  bytes.set(report.reportId, 0x140);
  bytes.set(report.reportIdMa, 0x160);
  bytes.set(writeTcb(report.reportedTcb, product), 0x180);
  if (report.cpuId) bytes.set([report.cpuId.family, report.cpuId.model, report.cpuId.stepping], 0x188);
  bytes.set(report.chipId, 0x1a0);
  bytes.set(writeTcb(report.committedTcb, product), 0x1e0);
  bytes.set([report.current.build, report.current.minor, report.current.major], 0x1e8);
  bytes.set([report.committed.build, report.committed.minor, report.committed.major], 0x1ec);
  bytes.set(writeTcb(report.launchTcb, product), 0x1f0);
  view.setBigUint64(0x1f8, report.launchMitVector ?? 0n, true);
  view.setBigUint64(0x200, report.currentMitVector ?? 0n, true);
  return bytes;
}

function policyBits({ policy }: SnpReport): bigint {
  const versions = BigInt(policy.abiMinor) | (BigInt(policy.abiMajor) << 8n);
  return (
    versions |
    flags(16, [
      policy.smt,
      true, // reserved, must be one
      policy.migrateMa,
      policy.debug,
      policy.singleSocket,
      policy.cxlAllow,
      policy.memAes256Xts,
      policy.raplDis,
      policy.ciphertextHidingDram,
      policy.pageSwapDisable,
    ])
  );
}

function platformBits({ platformInfo: info }: SnpReport): bigint {
  return flags(0, [
    info.smtEnabled,
    info.tsmeEnabled,
    info.eccEnabled,
    info.raplDisabled,
    info.ciphertextHidingDramEnabled,
    info.aliasCheckComplete,
    false, // reserved
    info.tioEnabled,
  ]);
}

function keyBits({ authorKeyEn, maskChipKey, signingKey }: SnpReport): number {
  return Number(flags(0, [authorKeyEn, maskChipKey])) | (SIGNING_KEYS[signingKey] << 2);
}

function flags(from: number, bits: readonly boolean[]): bigint {
  return bits.reduce((sum, bit, i) => (bit ? sum | (1n << BigInt(from + i)) : sum), 0n);
}
