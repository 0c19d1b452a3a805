/** A witness's configuration, described by docs/witness.schema.json. It has no defaults, and no field that is not known. */
import { dirname, resolve } from 'node:path';
import type { VerifierKey } from '../../ledger/index.js';
import type { Rate } from '../buckets.js';
import { type Listen, listenOf, readConfig, wrong } from '../config/index.js';
import { keyOf } from '../ledger/config.js';

export interface WitnessConfig {
  readonly listen: Listen;
  readonly name: string;
  readonly folder: string;
  /** The file with the private key, made when it is not there. */
  readonly key: string;
  /** The logs that it watches. */
  readonly logs: readonly VerifierKey[];
  readonly rate: Rate;
}

/**
 * Reads a configuration file. Paths in it are relative to its folder.
 * @throws ConfigError
 */
export async function readWitnessConfig(file: string): Promise<WitnessConfig> {
  const config = await readConfig(file, 'the configuration', [
    'listen',
    'name',
    'folder',
    'key',
    'logs',
    'rate',
  ]);
  const path = (name: string) => resolve(dirname(file), name);
  const rate = config.object('rate', ['burst', 'perSecond']);
  const logs = config.objects('logs', ['key']).map((log) => keyOf(log, 'key', 'note'));
  if (new Set(logs.map(({ name }) => name)).size !== logs.length) wrong('logs has the same log twice');
  return {
    listen: listenOf(config, path),
    name: config.text('name', /^[^\s+]+$/u, 'a name without spaces and plus signs'),
    folder: path(config.text('folder')),
    key: path(config.text('key')),
    logs,
    rate: { burst: rate.integer('burst', 1, 100_000), perSecond: rate.integer('perSecond', 1, 100_000) },
  };
}
