/** TCB statuses (Intel, "Provisioning Certification Service API" v4, tcbStatus) and how those of several parts add up. */
import { type JsonObject, malformed } from './json.js';

const TCB_STATUSES = [
  'UpToDate',
  'SWHardeningNeeded',
  'ConfigurationNeeded',
  'ConfigurationAndSWHardeningNeeded',
  'OutOfDate',
  'OutOfDateConfigurationNeeded',
  'Revoked',
] as const;

export type TcbStatus = (typeof TCB_STATUSES)[number];

/** What Intel says about a TCB level, and why. */
export interface TcbAssessment {
  readonly status: TcbStatus;
  /** Intel security advisories that are open at this level. */
  readonly advisories: readonly string[];
}

/** Reads `tcbStatus` and `advisoryIDs` of a level. @throws AttestationError `tdx-collateral-malformed` */
export function readAssessment(level: JsonObject): TcbAssessment {
  const name = level.string('tcbStatus');
  const status = TCB_STATUSES.find((known) => known === name);
  if (!status) return malformed(`${name} is no TCB status`);
  return { status, advisories: level.strings('advisoryIDs') };
}

/** The status of the whole: as bad as its worst part, with every advisory of every part. */
export function combine(...parts: readonly TcbAssessment[]): TcbAssessment {
  const any = (word: string) => parts.some(({ status }) => status.includes(word));
  const advisories = [...new Set(parts.flatMap((part) => part.advisories))].sort();
  return { status: statusOf(any), advisories };
}

function statusOf(any: (word: string) => boolean): TcbStatus {
  if (any('Revoked')) return 'Revoked';
  if (any('OutOfDate')) return any('Configuration') ? 'OutOfDateConfigurationNeeded' : 'OutOfDate';
  if (any('Configuration')) {
    return any('SWHardening') ? 'ConfigurationAndSWHardeningNeeded' : 'ConfigurationNeeded';
  }
  return any('SWHardening') ? 'SWHardeningNeeded' : 'UpToDate';
}
