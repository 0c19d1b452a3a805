import { describe, expect, it } from 'vitest';
import {
  checkTdxPolicy,
  type TdxPolicy,
  type TdxVerdict,
  verifyTdxQuote,
} from '../../../attestation/tdx/index.js';
import { machine, type Parts } from './machine/index.js';
import { NOW } from './machine/pki.js';
import { POLICY } from './machine/policy.js';
import { QUOTE_FIELDS } from './machine/quote.js';
import { failures } from './results.js';

const NAMES = ['debug', 'td-attributes', 'xfam', 'seam', 'minimum-tcb', 'measurement', 'configuration'];
const SEPT_VE = 1n << 28n;
const other = new Uint8Array(48).fill(0x77);
const [release] = POLICY.measurements as [TdxPolicy['measurements'][0]];

async function check(parts: Parts, policy: Partial<TdxPolicy> = {}) {
  const verdict: TdxVerdict = await verifyTdxQuote(await machine(parts));
  return checkTdxPolicy(verdict, { ...POLICY, ...policy }, NOW);
}
const failuresOf = async (parts: Parts, policy: Partial<TdxPolicy> = {}) =>
  failures({ checks: await check(parts, policy) });

describe('a well-launched TD', () => {
  it('is accepted, every rule in order', async () => {
    const checks = await check({});
    expect(checks.map(({ name }) => name)).toEqual(NAMES);
    expect(failures({ checks })).toEqual([]);
  });

  it('of TD 1.5 is accepted', async () => {
    expect(await failuresOf({ fields: { version: 5, body: 'td15' } })).toEqual([]);
  });

  it('may have what the policy asks for', async () => {
    const attributes = SEPT_VE | (1n << 30n) | (1n << 31n);
    expect(await failuresOf({ fields: { attributes } }, { pks: true, keyLocker: true })).toEqual([]);
    expect(await failuresOf({ fields: { mrConfigId: other } }, { mrConfigId: [other] })).toEqual([]);
    expect(await failuresOf({ fields: { xfam: 0x3n } }, { xfam: 'any-that-the-module-allows' })).toEqual([]);
    expect(await failuresOf({}, { mrSeam: [other, QUOTE_FIELDS.mrSeam] })).toEqual([]);
    expect(await failuresOf({}, { measurements: [{ ...release, mrTd: other }, release] })).toEqual([]);
  });
});

describe('a TD is refused', () => {
  it.each<[string, string, Parts, Partial<TdxPolicy>?]>([
    ['under debug', 'debug: policy-debug', { fields: { attributes: SEPT_VE | 1n } }],
    ['under any other bit of TUD', 'debug: policy-debug', { fields: { attributes: SEPT_VE | 0x80n } }],
    ['without sept-ve-disable', 'td-attributes: policy-sept-ve', { fields: { attributes: 0n } }],
    ['with PKS', 'td-attributes: policy-pks', { fields: { attributes: SEPT_VE | (1n << 30n) } }],
    ['without PKS where it is asked for', 'td-attributes: policy-pks', {}, { pks: true }],
    [
      'with Key Locker',
      'td-attributes: policy-key-locker',
      { fields: { attributes: SEPT_VE | (1n << 31n) } },
    ],
    ['without Key Locker where it is asked for', 'td-attributes: policy-key-locker', {}, { keyLocker: true }],
    [
      'that may migrate',
      'td-attributes: policy-td-attributes',
      { fields: { attributes: SEPT_VE | (1n << 29n) } },
    ],
    [
      'that is monitored',
      'td-attributes: policy-td-attributes',
      { fields: { attributes: SEPT_VE | (1n << 63n) } },
    ],
    [
      'with an unknown attribute',
      'td-attributes: policy-td-attributes',
      { fields: { attributes: SEPT_VE | (1n << 20n) } },
    ],
    ['with another XFAM', 'xfam: policy-xfam', { fields: { xfam: 0x3n } }],
    ['without x87', 'xfam: policy-xfam', { fields: { xfam: 0xe6n } }, { xfam: 'any-that-the-module-allows' }],
    [
      'with an XFAM that no module allows',
      'xfam: policy-xfam',
      { fields: { xfam: 0x8_00e7n } },
      { xfam: 0x8_00e7n },
    ],
    ['under another TDX module', 'seam: policy-mrseam', {}, { mrSeam: [other] }],
    ['with another MRTD', 'measurement: policy-measurement', { fields: { mrTd: other } }],
    ['with an owner', 'configuration: policy-owner', { fields: { mrOwner: other } }],
    [
      'with an owner of a configuration',
      'configuration: policy-owner-config',
      { fields: { mrOwnerConfig: other } },
    ],
    ['with a configuration', 'configuration: policy-config-id', { fields: { mrConfigId: other } }],
    ['without the configuration asked for', 'configuration: policy-config-id', {}, { mrConfigId: [other] }],
    [
      'with a service TD',
      'configuration: policy-service-td',
      { fields: { version: 5, body: 'td15', mrServiceTd: other } },
    ],
    [
      'out of date',
      'minimum-tcb: policy-tcb-status',
      { fields: { teeTcbSvn: Uint8Array.of(3, 1, 4, ...new Uint8Array(13)) } },
    ],
    [
      'on older collateral than asked for',
      'minimum-tcb: policy-tcb-evaluation',
      {},
      { tcb: { ...POLICY.tcb, minimumEvaluation: 18 } },
    ],
    [
      'on collateral that is too old',
      'minimum-tcb: policy-collateral-age',
      {},
      { tcb: { ...POLICY.tcb, maximumCollateralAge: 86_400 } },
    ],
  ])('%s', async (_, expected, parts, policy = {}) => {
    expect(await failuresOf(parts, policy)).toEqual([expected]);
  });

  it.each([0, 1, 2, 3])('with another RTMR%i', async (index) => {
    const rtmrs = QUOTE_FIELDS.rtmrs.with(index, other);
    expect(await failuresOf({ fields: { rtmrs } })).toEqual(['measurement: policy-rtmr']);
  });

  it('with the registers of two releases', async () => {
    const [, ...rest] = release.rtmrs;
    const second = { mrTd: other, rtmrs: [[other], ...rest] } as TdxPolicy['measurements'][0];
    const policy = { measurements: [release, second] };
    expect(await failuresOf({ fields: { mrTd: other } }, policy)).toEqual(['measurement: policy-rtmr']);
  });

  it('under a module that is not for production, were it on a list', async () => {
    const tcbInfo: Parts['tcbInfo'] = (json) => ({
      ...json,
      tdxModuleIdentities: json.tdxModuleIdentities.map((identity) => ({
        ...identity,
        attributesMask: '00'.repeat(8),
      })),
    });
    const parts = { tcbInfo, fields: { seamAttributes: 1n } };
    expect(await failuresOf(parts)).toEqual(['seam: policy-seam-attributes']);
  });

  it('for several reasons, and all are named', async () => {
    expect(await failuresOf({ fields: { attributes: 1n, mrTd: other, mrOwner: other } })).toEqual([
      'debug: policy-debug',
      'td-attributes: policy-sept-ve',
      'measurement: policy-measurement',
      'configuration: policy-owner',
    ]);
  });
});

describe('software hardening', () => {
  const level = (tcbStatus: string, advisoryIDs: string[]): Parts => ({
    tcbInfo: (json) => ({
      ...json,
      tcbLevels: json.tcbLevels.map((found) => ({ ...found, tcbStatus, advisoryIDs })),
    }),
  });
  const hardened = { tcb: { ...POLICY.tcb, hardenedAgainst: ['INTEL-SA-1', 'INTEL-SA-2'] } };

  it('against every open advisory is accepted when the policy names them', async () => {
    expect(await failuresOf(level('SWHardeningNeeded', ['INTEL-SA-1']), hardened)).toEqual([]);
  });

  it.each<[string, string, string[]]>([
    ['another advisory is open', 'SWHardeningNeeded', ['INTEL-SA-1', 'INTEL-SA-3']],
    ['nobody says which', 'SWHardeningNeeded', []],
    ['a configuration is needed too', 'ConfigurationAndSWHardeningNeeded', ['INTEL-SA-1']],
    ['the machine is out of date', 'OutOfDate', ['INTEL-SA-1']],
    ['it was revoked', 'Revoked', ['INTEL-SA-1']],
  ])('is refused when %s', async (_, status, advisories) => {
    expect(await failuresOf(level(status, advisories), hardened)).toEqual(['minimum-tcb: policy-tcb-status']);
  });
});

describe('a policy that could accept nothing, or anything by mistake, is refused', () => {
  const short = new Uint8Array(32);
  it.each<[string, Partial<TdxPolicy>]>([
    ['no measurement', { measurements: [] }],
    ['a short MRTD', { measurements: [{ ...release, mrTd: short }] }],
    ['three RTMRs', { measurements: [{ ...release, rtmrs: release.rtmrs.slice(1) as never }] }],
    ['an RTMR without values', { measurements: [{ ...release, rtmrs: [[], [], [], []] }] }],
    ['no MRSEAM', { mrSeam: [] }],
    ['a short MRSEAM', { mrSeam: [short] }],
    ['no MRCONFIGID', { mrConfigId: [] }],
    ['a short MROWNER', { mrOwner: [short] }],
    ['a short MROWNERCONFIG', { mrOwnerConfig: [short] }],
    ['an evaluation number below 0', { tcb: { ...POLICY.tcb, minimumEvaluation: -1 } }],
    ['an age of nothing', { tcb: { ...POLICY.tcb, maximumCollateralAge: 0 } }],
    ['an age that is no number', { tcb: { ...POLICY.tcb, maximumCollateralAge: Number.NaN } }],
  ])('%s', async (_, changes) => {
    await expect(checkTdxPolicy({}, { ...POLICY, ...changes }, NOW)).rejects.toMatchObject({
      code: 'policy-invalid',
    });
  });
});

it('nothing that was not verified is accepted', async () => {
  const checks = await checkTdxPolicy({}, POLICY, NOW);
  expect(checks.map(({ code }) => code)).toEqual(NAMES.map(() => 'not-checked'));
});
