import { describe, expect, it } from 'vitest';
import { LeafTree, reportData, sessionLeaf, verifySession } from '../../../attestation/index.js';
import { createRatlsIdentity } from '../../../attestation/ratls/index.js';
import { readCertificateTable, splitReport } from '../../../attestation/snp/abi/index.js';
import { readReport } from '../../../attestation/snp/abi/report.js';
import { simulatedTsm } from '../../../attestation/tsm/index.js';
import { failures } from '../fixture.js';

const measurement = new Uint8Array(48).fill(3);
const inblob = (value: number) => new Uint8Array(64).fill(value);

describe('the simulated TSM', () => {
  it('answers as the kernel does on SEV-SNP, for the measurement and the report data given', async () => {
    const tsm = await simulatedTsm({ measurement });
    const { provider, outblob, auxblob } = await tsm.report(inblob(9));
    expect(tsm.provider).toBe('simulated');
    expect(provider).toBe('sev_guest');
    expect(outblob).toHaveLength(1184);
    expect(Object.keys(readCertificateTable(auxblob!))).toEqual(['vcek', 'ask', 'ark']);
    const report = readReport(splitReport(outblob).signedBytes, 'Milan');
    expect(report).toMatchObject({ version: 3, vmpl: 0, measurement, reportData: inblob(9) });
  });

  it('staples the revocation list of its own ARK, so that a policy may ask for one', async () => {
    const tsm = await simulatedTsm({ measurement });
    const identity = await createRatlsIdentity();
    const [nonce, keyConfig] = [new Uint8Array(32), new Uint8Array(9)];
    const { root } = new LeafTree([sessionLeaf(identity.spkiHash, nonce, keyConfig)]);
    const certificate = await identity.certificate(await tsm.report(reportData(root)), root);
    const verdict = await verifySession({
      answer: { certificate, keyConfig, auditPath: { index: 0, size: 1, hashes: [] } },
      nonce,
      policy: { measurements: [measurement], revocation: 'required' },
      roots: { simulated: 'sotto-simulated' },
      now: new Date(),
    });
    expect(failures(verdict)).toEqual([]);
    const line = verdict.checks.find(({ name }) => name === 'revocation');
    expect(line).toMatchObject({ ok: true, detail: expect.stringContaining('2026-01-01') });
  });

  it('keeps its own copy of the measurement', async () => {
    const mine = measurement.slice();
    const tsm = await simulatedTsm({ measurement: mine });
    mine.fill(0);
    const { outblob } = await tsm.report(inblob(1));
    expect(outblob.slice(0x90, 0xc0)).toEqual(measurement);
  });

  it('makes one report at a time, in order, and a failure does not stop the next', async () => {
    const tsm = await simulatedTsm({ measurement, delayMs: 1 });
    const gone = AbortSignal.abort(new Error('the client left'));
    const order: number[] = [];
    const reports = [1, 2, 3].map((i) =>
      tsm.report(inblob(i), i === 2 ? gone : undefined).finally(() => order.push(i)),
    );
    const settled = await Promise.allSettled(reports);
    expect(settled.map((report) => report.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(order).toEqual([1, 2, 3]);
  });

  it('refuses report data and measurements of other lengths', async () => {
    const tsm = await simulatedTsm({ measurement });
    await expect(tsm.report(new Uint8Array(32))).rejects.toMatchObject({ code: 'tsm-bad-input' });
    await expect(simulatedTsm({ measurement: new Uint8Array(32) })).rejects.toMatchObject({
      code: 'tsm-bad-input',
    });
  });
});
