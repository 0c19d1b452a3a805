/** The relay's configuration, described by docs/relay.schema.json. It has no defaults, and no field that is not known. */
import { dirname, resolve } from 'node:path';
import type { Rate } from '../buckets.js';
import { type Listen, listenOf, readConfig } from '../config/index.js';

export interface RelayConfig {
  readonly listen: Listen;
  /** Origin of the one gateway that it forwards to. */
  readonly gateway: string;
  readonly rate: Rate;
  /** For how long key configurations are cached, in seconds. */
  readonly keySeconds: number;
}

/**
 * Reads a configuration file. Paths in it are relative to its folder.
 * @throws ConfigError
 */
export async function readRelayConfig(file: string): Promise<RelayConfig> {
  const config = await readConfig(file, 'the configuration', ['listen', 'gateway', 'rate', 'keySeconds']);
  const rate = config.object('rate', ['burst', 'perSecond']);
  return {
    listen: listenOf(config, (name) => resolve(dirname(file), name)),
    gateway: config.origin('gateway'),
    rate: {
      burst: rate.integer('burst', 1, 100_000),
      perSecond: rate.integer('perSecond', 1, 100_000),
    },
    keySeconds: config.integer('keySeconds', 1, 86_400),
  };
}
