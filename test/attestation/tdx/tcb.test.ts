import { describe, expect, it } from 'vitest';
import { verifyTdxQuote } from '../../../attestation/tdx/index.js';
import type { tcbInfoJson } from './machine/collateral.js';
import { machine, type Parts } from './machine/index.js';
import { makePki, PCK_VALUES, sgxExtension, sgxExtensions } from './machine/pki.js';
import { failures } from './results.js';

type TcbInfoJson = ReturnType<typeof tcbInfoJson>;

async function assess(parts: Parts) {
  const verdict = await verifyTdxQuote(await machine(parts));
  return { failed: failures(verdict), tcb: verdict.platform?.tcb };
}

const svn = (...leading: number[]) => Uint8Array.from({ length: 16 }, (_, i) => leading[i] ?? 0);
/** Certificates of a machine at another patch level. */
const patched = (values: Partial<typeof PCK_VALUES>) =>
  makePki({ pck: { extensions: [sgxExtension(sgxExtensions({ ...PCK_VALUES, ...values }))] } });
const firstLevel = (status: string, advisoryIDs: string[]) => (json: TcbInfoJson) => ({
  ...json,
  tcbLevels: json.tcbLevels.map((level, i) =>
    i === 0 ? { ...level, tcbStatus: status, advisoryIDs } : level,
  ),
});

describe('the patch level of a machine', () => {
  it.each<[string, string, Parts]>([
    ['by all its parts', 'UpToDate', {}],
    ['with more than is asked for', 'UpToDate', { fields: { teeTcbSvn: svn(9, 1, 9, 9) } }],
    ['by its TDX components', 'OutOfDate', { fields: { teeTcbSvn: svn(5, 1, 3) } }],
    ['by its TDX module', 'OutOfDate', { fields: { teeTcbSvn: svn(3, 1, 4) } }],
    ['by its quoting enclave', 'OutOfDate', { qe: { isvSvn: 5 } }],
  ])('%s is %s', async (_, status, parts) => {
    expect(await assess(parts)).toMatchObject({ failed: [], tcb: { status } });
  });

  it('by its SGX components or its PCE is OutOfDate', async () => {
    const older = [{ components: [4, 4, 2, 2, 3, 1, 0, 5, ...Array(8).fill(0)] }, { pceSvn: 12 }];
    for (const values of older) {
      expect(await assess({ pki: await patched(values) })).toMatchObject({ tcb: { status: 'OutOfDate' } });
    }
  });

  it.each(['SWHardeningNeeded', 'ConfigurationNeeded', 'ConfigurationAndSWHardeningNeeded', 'Revoked'])(
    'is %s when Intel says so',
    async (status) => {
      const { tcb } = await assess({ tcbInfo: firstLevel(status, ['INTEL-SA-1', 'INTEL-SA-2']) });
      expect(tcb).toMatchObject({ status, advisories: ['INTEL-SA-1', 'INTEL-SA-2'] });
    },
  );

  it('is as bad as its worst part, with the advisories of all', async () => {
    const { tcb } = await assess({
      fields: { teeTcbSvn: svn(3, 1, 4) },
      qe: { isvSvn: 4 },
      tcbInfo: firstLevel('ConfigurationNeeded', ['INTEL-SA-00001', 'INTEL-SA-01036']),
    });
    expect(tcb).toMatchObject({
      status: 'OutOfDateConfigurationNeeded',
      advisories: ['INTEL-SA-00001', 'INTEL-SA-00999', 'INTEL-SA-01036'],
      platform: { status: 'ConfigurationNeeded' },
      module: { status: 'OutOfDate', advisories: ['INTEL-SA-01036'] },
      quotingEnclave: { status: 'OutOfDate', advisories: ['INTEL-SA-00999'] },
    });
  });

  it('of a TD 1.5 is that of the older of both modules, launched and running', async () => {
    const td15 = { version: 5, body: 'td15' } as const;
    const running = await assess({ fields: { ...td15, teeTcbSvn2: svn(3, 1, 4) } });
    expect(running.tcb).toMatchObject({ status: 'OutOfDate', module: { status: 'OutOfDate' } });
    const launched = await assess({ fields: { ...td15, teeTcbSvn: svn(3, 1, 4) } });
    expect(launched.tcb).toMatchObject({ status: 'OutOfDate' });
    const unknown = await assess({ fields: { ...td15, teeTcbSvn2: svn(5, 9, 4) } });
    expect(unknown.failed).toEqual(['tcb: tdx-module-unknown']);
  });

  it('below every level is none', async () => {
    const platform = await assess({ fields: { teeTcbSvn: svn(5, 1, 1) } });
    expect(platform.failed).toEqual(['tcb: tdx-tcb-unknown']);
    const module = await assess({ fields: { teeTcbSvn: svn(1, 1, 4) } });
    expect(module.failed).toEqual(['tcb: tdx-tcb-unknown']);
  });
});

describe('a TDX module', () => {
  it.each<[string, string, Parts]>([
    ['of a version that Intel does not list', 'tdx-module-unknown', { fields: { teeTcbSvn: svn(5, 2, 4) } }],
    ['of another signer', 'tdx-module-mismatch', { fields: { mrSignerSeam: new Uint8Array(48).fill(1) } }],
    ['with other attributes', 'tdx-module-mismatch', { fields: { seamAttributes: 1n } }],
    [
      'of version 0 and another signer',
      'tdx-module-mismatch',
      { fields: { teeTcbSvn: svn(5, 0, 4), mrSignerSeam: new Uint8Array(48).fill(1) } },
    ],
    [
      'of version 1, to collateral from before there were identities',
      'tdx-module-unknown',
      { tcbInfo: ({ tdxModuleIdentities: _, ...json }) => json },
    ],
  ])('%s is refused as %s', async (_, code, parts) => {
    expect((await assess(parts)).failed).toEqual([`tcb: ${code}`]);
  });

  it('of version 0 is judged by the TCB levels alone, its own version among them', async () => {
    expect((await assess({ fields: { teeTcbSvn: svn(5, 0, 4) } })).tcb).toMatchObject({ status: 'UpToDate' });
    expect((await assess({ fields: { teeTcbSvn: svn(4, 0, 4) } })).tcb).toMatchObject({
      status: 'OutOfDate',
    });
  });
});
