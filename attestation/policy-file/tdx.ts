/** The part of a policy file about TDX. */
import type { LoggedTdxPolicy } from '../policy.js';
import type { AcceptedValues, TdMeasurement, TdxPolicy } from '../tdx/policy/policy.js';
import { type PolicyObject, wrong } from './reader.js';

const FIELDS = [
  'measurements',
  'mrSeam',
  'pks',
  'keyLocker',
  'xfam',
  'mrConfigId',
  'mrOwner',
  'mrOwnerConfig',
  'hardenedAgainst',
  'minimumEvaluation',
  'maximumCollateralAge',
  'eventLog',
] as const;
const BYTES = 48;
const MAX_U32 = 0xffff_ffff;
/** A year. Intel's collateral is due for renewal after 30 days anyhow. */
const MAX_AGE_SECONDS = 366 * 86_400;

export function readTdx(policy: PolicyObject): TdxPolicy | LoggedTdxPolicy {
  const tdx = policy.object('tdx', FIELDS);
  return {
    measurements: tdx.loggedOr('measurements', () =>
      tdx.objects('measurements', ['mrTd', 'rtmr0', 'rtmr1', 'rtmr2', 'rtmr3']).map(readMeasurement),
    ),
    mrSeam: readMrSeam(tdx),
    pks: tdx.boolean('pks'),
    keyLocker: tdx.boolean('keyLocker'),
    xfam: readXfam(tdx),
    mrConfigId: tdx.hexes('mrConfigId', BYTES),
    mrOwner: tdx.hexes('mrOwner', BYTES),
    mrOwnerConfig: tdx.hexes('mrOwnerConfig', BYTES),
    tcb: {
      hardenedAgainst: tdx.strings('hardenedAgainst'),
      minimumEvaluation: tdx.integer('minimumEvaluation', MAX_U32),
      maximumCollateralAge: tdx.integer('maximumCollateralAge', MAX_AGE_SECONDS, 1),
    },
    eventLog: tdx.word('eventLog', ['required', 'if-present']),
  };
}

function readMeasurement(release: PolicyObject): TdMeasurement {
  const rtmr = (name: string) => release.hexes(name, BYTES);
  return {
    mrTd: release.hex('mrTd', BYTES),
    rtmrs: [rtmr('rtmr0'), rtmr('rtmr1'), rtmr('rtmr2'), rtmr('rtmr3')],
  };
}

function readMrSeam(tdx: PolicyObject): AcceptedValues | 'any-that-intel-lists' {
  return tdx.value('mrSeam') === 'any-that-intel-lists' ? 'any-that-intel-lists' : tdx.hexes('mrSeam', BYTES);
}

function readXfam(tdx: PolicyObject): bigint | 'any-that-the-module-allows' {
  const value = tdx.value('xfam');
  if (value === 'any-that-the-module-allows') return value;
  return typeof value === 'string' && /^0x[0-9a-f]{1,16}$/.test(value)
    ? BigInt(value)
    : wrong('the policy.tdx.xfam is neither 64 bits in hexadecimal nor any-that-the-module-allows');
}
