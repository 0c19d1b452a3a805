import { describe, expect, it } from 'vitest';
import { readCertificateTable, splitReport } from '../../../attestation/snp/abi/index.js';
import { findAnchor } from '../../../attestation/snp/anchor.js';
import { verifyChain } from '../../../attestation/snp/chain.js';
import { requireSamePlatform, verifyReport } from '../../../attestation/snp/verify.js';
import { simulatedPlatform } from '../../../attestation/tsm/simulated-platform.js';
import { CHIPS, flipped, vector } from '../fixture.js';

const real = vector('milan-v2.report.bin');
const table = { vcek: vector('milan-vcek.der') };
const vcek = () => verifyChain(table, 'vcek', findAnchor(table, 'vcek'), new Date('2023-01-01'));

describe('a real report', () => {
  it('verifies under its own VCEK, and is about the same machine and patch level', async () => {
    const key = await vcek();
    const report = await verifyReport(splitReport(real), key);
    expect(report.version).toBe(2);
    requireSamePlatform(report, key);
  });

  it('does not verify under the VCEK of another machine', async () => {
    const other = readCertificateTable((await simulatedPlatform(CHIPS.Milan)).auxblob);
    const key = await verifyChain(other, 'vcek', findAnchor(other, 'vcek'), new Date());
    await expect(verifyReport(splitReport(real), key)).rejects.toMatchObject({ code: 'snp-bad-signature' });
  });

  it('is refused with any byte of it flipped, all 1,184 of them', async () => {
    const key = await vcek();
    const codes = new Map<string, number>();
    for (let offset = 0; offset < real.length; offset += 1) {
      const code = await verifiedOrCode(flipped(real, offset, offset % 8), key);
      codes.set(code, (codes.get(code) ?? 0) + 1);
    }
    // Signed bytes, r and s break the signature; the rest of the signature field must be zero.
    expect(Object.fromEntries(codes)).toEqual({
      'snp-bad-signature': 0x2a0 + 2 * 48,
      'snp-report-reserved': 512 - 2 * 48,
    });
  });
});

async function verifiedOrCode(bytes: Uint8Array, key: Awaited<ReturnType<typeof vcek>>): Promise<string> {
  try {
    await verifyReport(splitReport(bytes), key);
    return 'accepted';
  } catch (error) {
    return (error as { code: string }).code;
  }
}
