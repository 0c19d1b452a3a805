/** The log that a command is about: an address or a folder, and what is accepted of it. */
import { readFile } from 'node:fs/promises';
import {
  httpView,
  type LedgerPolicy,
  type LogView,
  parseLedgerPolicy,
  readLedgerPolicy,
} from '../../ledger/index.js';
import { folderView } from '../../ledger/node/index.js';
import { CliError } from '../error.js';
import { PROFILE_FILE, readProfile } from '../profile.js';

export const logOptions = {
  ledger: { type: 'string' },
  profile: { type: 'string', default: PROFILE_FILE },
} as const;

export const logHelp = `  --ledger FILE      what is accepted of the log (JSON, docs/ledger-policy.schema.json)
  --profile FILE     where "sotto up" left its log and policy, the default for both (default ${PROFILE_FILE})`;

export interface LogValues {
  readonly ledger?: string | undefined;
  readonly profile: string;
}

export interface ChosenLog {
  readonly location: string;
  readonly view: LogView;
  readonly policy: LedgerPolicy;
}

/** @throws CliError `no-server`, `input-missing`; LedgerError `policy-…` */
export async function chooseLog(location: string | undefined, values: LogValues): Promise<ChosenLog> {
  const found = location ?? (await profileLedger(values.profile)).url;
  const policy =
    values.ledger === undefined
      ? readLedgerPolicy((await profileLedger(values.profile)).policy)
      : parseLedgerPolicy(await readText(values.ledger));
  return { location: found, view: viewOf(found), policy };
}

/** A log at an address or in a folder. */
export const viewOf = (location: string): LogView =>
  /^https?:\/\//.test(location) ? httpView(location.replace(/\/+$/, '')) : folderView(location);

/** The address of the log to write to. @throws CliError `no-server`, `usage` */
export async function logUrl(given: string | undefined, profile: string): Promise<string> {
  const url = given ?? (await profileLedger(profile)).url;
  if (/^https?:\/\//.test(url)) return url.replace(/\/+$/, '');
  throw new CliError('usage', 'A log to append to is named by its address: https://log.example.');
}

/** @throws CliError `input-missing` */
export async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new CliError('input-missing', `${file} cannot be read.`, { cause });
  }
}

async function profileLedger(file: string) {
  const { ledger } = await readProfile(file);
  if (ledger) return ledger;
  throw new CliError(
    'no-server',
    'What runs from this folder has no log: name one, and its policy with --ledger.',
  );
}
