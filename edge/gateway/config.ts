/** The gateway's configuration, described by docs/gateway.schema.json. It has no defaults, and no field that is not known. */
import { dirname, resolve } from 'node:path';
import { type ConfigObject, type Listen, ledgerOf, listenOf, readConfig, wrong } from '../config/index.js';
import type { LedgerAccess } from '../config/ledger.js';

/** Where spent tokens are remembered. */
export type SpentConfig =
  | { readonly kind: 'sqlite'; readonly file: string }
  | { readonly kind: 'redis'; readonly url: string };

export interface GatewayConfig {
  readonly listen: Listen;
  /** Its own name in the issuer's challenge. */
  readonly name: string;
  /** Origins of the confidential VMs. */
  readonly machines: readonly string[];
  readonly issuer: {
    /** As in its challenges. */
    readonly name: string;
    /** Origin of its directory. */
    readonly url: string;
  };
  readonly spent: SpentConfig;
  readonly keys: {
    /** The file with the gateways' secret; made when it is not there. */
    readonly file: string;
    readonly epochSeconds: number;
    readonly overlapSeconds: number;
  };
  /** Where its keys are published for everybody to see. */
  readonly ledger?: LedgerAccess;
}

const FIELDS = ['listen', 'name', 'machines', 'issuer', 'spent', 'keys', 'ledger'];
const DAY = 86_400;
const REDIS = /^rediss?:\/\/[^\s]+$/;

type PathOf = (name: string) => string;

/**
 * Reads a configuration file. Paths in it are relative to its folder.
 * @throws ConfigError
 */
export async function readGatewayConfig(file: string): Promise<GatewayConfig> {
  const config = await readConfig(file, 'the configuration', FIELDS);
  const path: PathOf = (name) => resolve(dirname(file), name);
  const issuer = config.object('issuer', ['name', 'url']);
  return {
    listen: listenOf(config, path),
    name: config.text('name'),
    machines: config.origins('machines'),
    issuer: { name: issuer.text('name'), url: issuer.origin('url') },
    spent: spentOf(config, path),
    keys: keysOf(config, path),
    ...ledgerOf(config, path),
  };
}

function spentOf(config: ConfigObject, path: PathOf): SpentConfig {
  const spent = config.object('spent', ['sqlite', 'redis']);
  if (spent.has('sqlite') === spent.has('redis')) wrong('spent has not exactly one of sqlite and redis');
  return spent.has('sqlite')
    ? { kind: 'sqlite', file: path(spent.text('sqlite')) }
    : { kind: 'redis', url: spent.text('redis', REDIS, 'a redis URL') };
}

function keysOf(config: ConfigObject, path: PathOf): GatewayConfig['keys'] {
  const keys = config.object('keys', ['file', 'epochSeconds', 'overlapSeconds']);
  return {
    file: path(keys.text('file')),
    epochSeconds: keys.integer('epochSeconds', 60, 30 * DAY),
    overlapSeconds: keys.integer('overlapSeconds', 0, 7 * DAY),
  };
}
