import { type Listen, parseListen } from '../config/listen.js';
import type { ConfigReader } from '../config/reader.js';

/** Where spent tokens are remembered. */
export type SpentConfig =
  | { readonly kind: 'sqlite'; readonly file: string }
  | { readonly kind: 'redis'; readonly url: string };

/** A gateway's configuration; `docs/gateway.schema.json` describes the file. */
export interface GatewayConfig {
  readonly listen: Listen;
  /** Origins of the confidential VMs. */
  readonly machines: readonly string[];
  /** Origin of the issuer whose tokens it takes. */
  readonly issuer: string;
  /** Its own name in the issuer's challenge. */
  readonly name: string;
  readonly spent: SpentConfig;
  readonly keys: {
    /** The file with the gateways' secret. */
    readonly file: string;
    readonly epochSeconds: number;
    readonly overlapSeconds: number;
  };
}

/** @throws EdgeError `config-malformed` */
export function parseGatewayConfig(reader: ConfigReader): GatewayConfig {
  return {
    listen: parseListen(reader),
    machines: reader.origins('machines'),
    issuer: reader.origin('issuer'),
    name: reader.text('name'),
    spent: parseSpent(reader),
    keys: parseKeys(reader),
  };
}

function parseSpent(reader: ConfigReader): SpentConfig {
  const section = reader.section('spent');
  const kind = section.oneOf('kind', ['sqlite', 'redis']);
  const spent = kind === 'sqlite' ? { kind, file: section.text('file') } : { kind, url: section.text('url') };
  section.end();
  return spent;
}

function parseKeys(reader: ConfigReader): GatewayConfig['keys'] {
  const section = reader.section('keys');
  const keys = {
    file: section.text('file'),
    epochSeconds: section.integer('epochSeconds', 60, 30 * 86_400, 86_400),
    overlapSeconds: section.integer('overlapSeconds', 0, 7 * 86_400, 3_600),
  };
  section.end();
  return keys;
}
