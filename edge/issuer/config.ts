/** The issuer's configuration, described by docs/issuer.schema.json. It has no defaults, and no field that is not known. */
import { dirname, resolve } from 'node:path';
import { type ConfigObject, type Listen, ledgerOf, listenOf, readConfig, wrong } from '../config/index.js';
import type { LedgerAccess } from '../config/ledger.js';
import { APP_TOKEN_ALGORITHMS, type AppTokenAlgorithm, type KeySetSource } from './attest/index.js';
import type { EpochLengths } from './epochs.js';

export interface IssuerConfig extends EpochLengths {
  /** Authority that clients know the issuer by, in lower case; part of every challenge. */
  readonly issuerName: string;
  readonly listen: Listen;
  /** Folder of keys and quotas. */
  readonly stateFolder: string;
  /** Tokens that an account may have in an epoch. */
  readonly quotaPerEpoch: number;
  /** Tokens that a request may ask for. */
  readonly tokensPerRequest: number;
  /** At least one of the two. */
  readonly accountKeys?: AccountKeysConfig;
  readonly appTokens?: AppTokensConfig;
  /** Whose keys are shown a second time. */
  readonly gatewayKeys?: GatewayKeysConfig;
  /** Where its keys are published for everybody to see. */
  readonly ledger?: LedgerAccess;
}

export interface GatewayKeysConfig {
  /** The gateway's origin. */
  readonly gateway: string;
  /** For how long they are cached at most. */
  readonly keySeconds: number;
}

export interface AccountKeysConfig {
  /** File with the accounts' public keys. */
  readonly file: string;
  readonly clockSkewSeconds: number;
}

export interface AppTokensConfig {
  readonly issuer: string;
  readonly audience: string;
  readonly algorithms: readonly AppTokenAlgorithm[];
  readonly keySet: KeySetSource;
  readonly clockSkewSeconds: number;
}

const TITLE = 'the configuration';
const FIELDS = [
  'issuerName',
  'listen',
  'stateFolder',
  'epochSeconds',
  'overlapSeconds',
  'quotaPerEpoch',
  'tokensPerRequest',
  'accountKeys',
  'appTokens',
  'gatewayKeys',
  'ledger',
];
const AUTHORITY = /^[a-z0-9.-]+(:\d{1,5})?$|^\[[0-9a-f:.]+\](:\d{1,5})?$/;
const HTTPS = /^https:\/\/[^\s]+$/;
const DAY = 86_400;

/**
 * Reads a configuration file. Paths in it are relative to its folder.
 * @throws ConfigError
 */
export async function readIssuerConfig(file: string): Promise<IssuerConfig> {
  const config = await readConfig(file, TITLE, FIELDS);
  const path = (name: string) => resolve(dirname(file), name);
  const epochSeconds = config.integer('epochSeconds', 60, 366 * DAY);
  if (!config.has('accountKeys') && !config.has('appTokens'))
    wrong(`${TITLE} has neither accountKeys nor appTokens`);
  return {
    issuerName: config.text('issuerName', AUTHORITY, 'an authority in lower case, like issuer.example'),
    listen: listenOf(config, path),
    stateFolder: path(config.text('stateFolder')),
    epochSeconds,
    overlapSeconds: config.integer('overlapSeconds', 0, epochSeconds),
    quotaPerEpoch: config.integer('quotaPerEpoch', 1, 1_000_000),
    tokensPerRequest: config.integer('tokensPerRequest', 1, 64),
    ...(config.has('accountKeys') ? { accountKeys: readAccountKeys(config, path) } : {}),
    ...(config.has('appTokens') ? { appTokens: readAppTokens(config, path) } : {}),
    ...(config.has('gatewayKeys') ? { gatewayKeys: readGatewayKeys(config) } : {}),
    ...ledgerOf(config, path),
  };
}

type PathOf = (name: string) => string;

function readAccountKeys(config: ConfigObject, path: PathOf): AccountKeysConfig {
  const keys = config.object('accountKeys', ['file', 'clockSkewSeconds']);
  return { file: path(keys.text('file')), clockSkewSeconds: keys.integer('clockSkewSeconds', 1, 600) };
}

function readGatewayKeys(config: ConfigObject): GatewayKeysConfig {
  const keys = config.object('gatewayKeys', ['gateway', 'keySeconds']);
  return { gateway: keys.origin('gateway'), keySeconds: keys.integer('keySeconds', 1, 86_400) };
}

function readAppTokens(config: ConfigObject, path: PathOf): AppTokensConfig {
  const tokens = config.object('appTokens', [
    'issuer',
    'audience',
    'algorithms',
    'keySetFile',
    'keySetUrl',
    'clockSkewSeconds',
  ]);
  if (tokens.has('keySetFile') === tokens.has('keySetUrl'))
    wrong(`${TITLE}.appTokens has not exactly one of keySetFile and keySetUrl`);
  return {
    issuer: tokens.text('issuer'),
    audience: tokens.text('audience'),
    algorithms: tokens.words('algorithms', APP_TOKEN_ALGORITHMS),
    keySet: tokens.has('keySetFile')
      ? { file: path(tokens.text('keySetFile')) }
      : { url: tokens.text('keySetUrl', HTTPS, 'an https URL') },
    clockSkewSeconds: tokens.integer('clockSkewSeconds', 0, 600),
  };
}
