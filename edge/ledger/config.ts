/** The log's configuration, described by docs/ledger.schema.json. It has no defaults, and no field that is not known. */
import { dirname, resolve } from 'node:path';
import { LedgerError, parseVerifierKey, requireKeys, type VerifierKey } from '../../ledger/index.js';
import type { Rate } from '../buckets.js';
import { type ConfigObject, type Listen, listenOf, readConfig, wrong } from '../config/index.js';

export interface WatchingWitness {
  /** Where its `add-checkpoint` is, without it. */
  readonly url: string;
  readonly key: VerifierKey;
}

export interface LedgerConfig {
  readonly listen: Listen;
  /** The log's origin: its address without a scheme. */
  readonly name: string;
  readonly folder: string;
  /** The file with the private key, made when it is not there. */
  readonly key: string;
  /** The file with the first entry, a signed key set. */
  readonly genesis: string;
  readonly witnesses: readonly WatchingWitness[];
  /** A checkpoint is published when so many of them have signed it. */
  readonly quorum: number;
  /** How often they are asked again while nothing is new, in seconds. */
  readonly cosignSeconds: number;
  /** How long entries wait for others, in milliseconds. */
  readonly batchMs: number;
  /** What one address may append. */
  readonly rate: Rate;
}

const FIELDS = [
  'listen',
  'name',
  'folder',
  'key',
  'genesis',
  'witnesses',
  'quorum',
  'cosignSeconds',
  'batchMs',
  'rate',
];

/**
 * Reads a configuration file. Paths in it are relative to its folder.
 * @throws ConfigError
 */
export async function readLedgerConfig(file: string): Promise<LedgerConfig> {
  const config = await readConfig(file, 'the configuration', FIELDS);
  const path = (name: string) => resolve(dirname(file), name);
  const rate = config.object('rate', ['burst', 'perSecond']);
  return {
    listen: listenOf(config, path),
    name: config.text('name', /^[^\s+]+$/u, 'a name without spaces and plus signs'),
    folder: path(config.text('folder')),
    key: path(config.text('key')),
    genesis: path(config.text('genesis')),
    witnesses: config.objects('witnesses', ['url', 'key']).map((witness) => ({
      url: witness.origin('url'),
      key: keyOf(witness, 'key', 'cosignature'),
    })),
    quorum: config.integer('quorum', 0, 64),
    cosignSeconds: config.integer('cosignSeconds', 1, 86_400),
    batchMs: config.integer('batchMs', 0, 10_000),
    rate: { burst: rate.integer('burst', 1, 100_000), perSecond: rate.integer('perSecond', 1, 100_000) },
  };
}

/** A verifier key of one kind. @throws ConfigError `config-value` */
export function keyOf(config: ConfigObject, name: string, kind: VerifierKey['kind']): VerifierKey {
  const text = config.text(name);
  try {
    const key = parseVerifierKey(text);
    if (key.kind === kind) return key;
  } catch (error) {
    if (!(error instanceof LedgerError)) throw error;
  }
  return wrong(`${name} is no verifier key of a ${kind === 'note' ? 'log' : 'witness'}`);
}

/** Refuses a quorum that these witnesses cannot be. @throws LedgerError `policy-…` */
export function requireWitnesses({ witnesses, quorum }: LedgerConfig, log: VerifierKey): void {
  if (quorum === 0 && witnesses.length === 0) return;
  requireKeys(
    log,
    witnesses.map(({ key }) => key),
    quorum,
  );
}
