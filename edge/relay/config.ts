import { type Listen, parseListen } from '../config/listen.js';
import type { ConfigReader } from '../config/reader.js';
import type { Rate } from './buckets.js';

/** A relay's configuration; `docs/relay.schema.json` describes the file. */
export interface RelayConfig {
  readonly listen: Listen;
  /** Origin of the one gateway that it forwards to. */
  readonly gateway: string;
  readonly rate: Rate;
  /** For how long key configurations are cached, in seconds. */
  readonly keySeconds: number;
}

/** @throws EdgeError `config-malformed` */
export function parseRelayConfig(reader: ConfigReader): RelayConfig {
  return {
    listen: parseListen(reader),
    gateway: reader.origin('gateway'),
    rate: parseRate(reader),
    keySeconds: reader.integer('keySeconds', 1, 86_400, 300),
  };
}

function parseRate(reader: ConfigReader): Rate {
  if (!reader.has('rate')) return { burst: 60, perSecond: 2 };
  const section = reader.section('rate');
  const rate = {
    burst: section.integer('burst', 1, 100_000, 60),
    perSecond: section.integer('perSecond', 1, 100_000, 2),
  };
  section.end();
  return rate;
}
