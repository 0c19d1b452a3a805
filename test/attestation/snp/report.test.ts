import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SnpProduct } from '../../../attestation/index.js';
import { readReport, type SnpReport, splitReport } from '../../../attestation/snp/abi/report.js';
import { readTcb, tcbAtLeast, writeTcb } from '../../../attestation/snp/abi/tcb.js';
import { writeReport } from '../../../attestation/tsm/simulated-report.js';
import { CHIPS, flipped, goodReport, vector } from '../fixture.js';

const SIGNED = 0x2a0;
const refusedAs = (code: string) => expect.objectContaining({ name: 'AttestationError', code });
const real = vector('milan-v2.report.bin');

/** Written by firmware, changed, read again: the signature is not what is tested here. */
function reread(
  change: (bytes: Uint8Array) => void,
  version: SnpReport['version'] = 3,
  product: SnpProduct = 'Milan',
) {
  const bytes = writeReport(goodReport(CHIPS[product], { version }), product);
  change(bytes);
  return () => readReport(bytes, product);
}

describe('a real report, version 2', () => {
  const report = readReport(splitReport(real).signedBytes, 'Milan');

  it('says what go-sev-guest reads in it', () => {
    expect(report).toMatchObject({
      version: 2,
      guestSvn: 0,
      vmpl: 0,
      signingKey: 'vcek',
      authorKeyEn: false,
      maskChipKey: false,
      policy: { abiMajor: 0, abiMinor: 0, smt: true, debug: true, migrateMa: false, singleSocket: false },
      platformInfo: { smtEnabled: true, tsmeEnabled: false },
      reportedTcb: { bootLoader: 2, tee: 0, snp: 5, microcode: 68 },
      current: { major: 1, minor: 49, build: 3 },
      committed: { major: 1, minor: 49, build: 3 },
    });
    expect(report.reportedTcb).toEqual(report.currentTcb);
    expect([...report.reportData.subarray(0, 6)]).toEqual([1, 2, 3, 4, 5, 0]);
    expect(report.reportIdMa.every((byte) => byte === 0xff)).toBe(true);
    expect(report.cpuId).toBeUndefined();
    expect(report.launchMitVector).toBeUndefined();
  });

  it('is written again byte for byte', () => {
    expect(writeReport(report, 'Milan')).toEqual(real.slice(0, SIGNED));
  });
});

describe('a report', () => {
  it.each([
    ['Milan', 2],
    ['Genoa', 3],
    ['Milan', 5],
    ['Turin', 3],
    ['Turin', 5],
  ] as const)('of %s, version %i, is read as it was written', (product, version) => {
    const { cpuId, ...rest } = goodReport(CHIPS[product], { guestSvn: 7, vmpl: 2 });
    const report: SnpReport = {
      ...rest,
      version,
      ...(version >= 3 && cpuId ? { cpuId } : {}),
      ...(version === 5 ? { launchMitVector: 5n, currentMitVector: 2n ** 63n } : {}),
    };
    expect(readReport(writeReport(report, product), product)).toEqual(report);
  });

  it('of another length is refused, trailing bytes included', () => {
    for (const length of [0, 1183, 1185, 4096]) {
      expect(() => splitReport(new Uint8Array(length))).toThrow(refusedAs('snp-report-size'));
    }
    expect(() => readReport(new Uint8Array(SIGNED - 1), 'Milan')).toThrow(refusedAs('snp-report-size'));
  });

  it.each([0, 1, 4, 6, 0xff])('of version %i is refused', (version) => {
    expect(reread((bytes) => bytes.set([version], 0))).toThrow(refusedAs('snp-report-version'));
  });

  it('with another signature algorithm is refused', () => {
    expect(reread((bytes) => bytes.set([2], 0x34))).toThrow(refusedAs('snp-report-signature-algorithm'));
  });

  it.each([
    ['the guest policy, bit 17 cleared', 0x0a, 0x01, 3],
    ['the guest policy, bit 26', 0x0b, 0x04, 3],
    ['TCB', 0x3a, 1, 3],
    ['PLATFORM_INFO, bit 6', 0x40, 0x40, 3],
    ['PLATFORM_INFO, bit 8', 0x41, 0x01, 3],
    ['SIGNING_KEY 2', 0x48, 2 << 2, 3],
    ['key info, bit 5', 0x48, 0x20, 3],
    ['0x4c', 0x4f, 1, 3],
    ['0x188 of version 2', 0x189, 1, 2],
    ['0x18b', 0x18b, 1, 3],
    ['0x19f', 0x19f, 1, 3],
    ['0x1eb', 0x1eb, 1, 3],
    ['0x1ef', 0x1ef, 1, 3],
    ['0x1f8 of version 3', 0x1f8, 1, 3],
    ['0x208 of version 5', 0x208, 1, 5],
    ['0x29f', 0x29f, 1, 5],
  ] as const)('with a reserved field set is refused: %s', (_, offset, value, version) => {
    const change = (bytes: Uint8Array) => {
      bytes.fill(0, 0x188, version === 2 ? 0x18b : 0x188);
      bytes[offset] = value;
    };
    expect(reread(change, version)).toThrow(refusedAs('snp-report-reserved'));
  });

  it('with anything beside r and s in its signature is refused', () => {
    for (const offset of [SIGNED + 48, SIGNED + 71, SIGNED + 72 + 48, SIGNED + 144, 1183]) {
      expect(() => splitReport(flipped(real, offset))).toThrow(refusedAs('snp-report-reserved'));
    }
  });

  it.each([
    ['Milan', { family: 0x19, model: 0x11 }],
    ['Genoa', { family: 0x19, model: 0x01 }],
    ['Turin', { family: 0x19, model: 0x01 }],
    ['Milan', { family: 0x17, model: 0x31 }],
    ['Genoa', { family: 0x1a, model: 0x11 }],
  ] as const)('under a %s key from another processor is refused', (product, cpu) => {
    const change = (bytes: Uint8Array) => bytes.set([cpu.family, cpu.model], 0x188);
    expect(reread(change, 3, product)).toThrow(refusedAs('snp-product-mismatch'));
  });

  it('of version 2 under a Turin key is refused: there is none', () => {
    expect(() => readReport(splitReport(real).signedBytes, 'Turin')).toThrow(
      refusedAs('snp-product-mismatch'),
    );
  });

  it.each([0xa0, 0xaf, 0x1f])('of model %i counts as Genoa', (model) => {
    expect(reread((bytes) => bytes.set([model], 0x189), 3, 'Genoa')().cpuId?.model).toBe(model);
  });

  it('of any bytes is read or refused with a code', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: SIGNED, maxLength: SIGNED }),
        fc.constantFrom(2, 3, 5),
        fc.constantFrom('Milan' as const, 'Genoa' as const, 'Turin' as const),
        (noise, version, product) => {
          noise.set([version, 0, 0, 0], 0);
          try {
            expect(readReport(noise, product).version).toBe(version);
          } catch (error) {
            expect(error).toMatchObject({ name: 'AttestationError', code: expect.stringMatching(/^snp-/) });
          }
        },
      ),
    );
  });
});

describe('a TCB version', () => {
  const svn = fc.nat(255);
  const parts = fc.record({ bootLoader: svn, tee: svn, snp: svn, microcode: svn });

  it('is read as it was written', () => {
    fc.assert(
      fc.property(parts, svn, (tcb, fmc) => {
        expect(readTcb(writeTcb(tcb, 'Genoa'), 'Genoa')).toEqual(tcb);
        expect(readTcb(writeTcb({ fmc, ...tcb }, 'Turin'), 'Turin')).toEqual({ fmc, ...tcb });
      }),
    );
  });

  it('has its parts where the product has them', () => {
    expect(readTcb(Uint8Array.of(1, 2, 0, 0, 0, 0, 3, 4), 'Milan')).toEqual({
      bootLoader: 1,
      tee: 2,
      snp: 3,
      microcode: 4,
    });
    expect(readTcb(Uint8Array.of(9, 1, 2, 3, 0, 0, 0, 4), 'Turin')).toEqual({
      fmc: 9,
      bootLoader: 1,
      tee: 2,
      snp: 3,
      microcode: 4,
    });
  });

  it.each([
    ['Milan', 2],
    ['Milan', 5],
    ['Genoa', 3],
    ['Turin', 4],
    ['Turin', 6],
  ] as const)('of %s with reserved byte %i set is refused', (product, offset) => {
    const bytes = new Uint8Array(8);
    bytes[offset] = 1;
    expect(() => readTcb(bytes, product)).toThrow(refusedAs('snp-report-reserved'));
  });

  it('is at least another only when every part is', () => {
    const tcb = { fmc: 2, bootLoader: 2, tee: 2, snp: 2, microcode: 2 };
    expect(tcbAtLeast(tcb, tcb)).toBe(true);
    for (const part of ['fmc', 'bootLoader', 'tee', 'snp', 'microcode'] as const) {
      expect(tcbAtLeast({ ...tcb, [part]: 1 }, tcb)).toBe(false);
      expect(tcbAtLeast({ ...tcb, [part]: 3 }, tcb)).toBe(true);
    }
  });
});
