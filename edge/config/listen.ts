import { readFile } from 'node:fs/promises';
import { ConfigError } from './error.js';
import type { ConfigObject } from './reader.js';

/** Where a party listens. */
export interface Listen {
  readonly host: string;
  /** 0 for any that is free. */
  readonly port: number;
  /** PEM files; without them it speaks plain HTTP, for a terminator in front of it or for one machine. */
  readonly tls?: { readonly certificate: string; readonly key: string };
}

/** The field `listen`. @param path makes a file's name absolute */
export function listenOf(config: ConfigObject, path: (name: string) => string): Listen {
  const listen = config.object('listen', ['host', 'port', 'tls']);
  const address = { host: listen.text('host'), port: listen.integer('port', 0, 65_535) };
  if (!listen.has('tls')) return address;
  const tls = listen.object('tls', ['certificate', 'key']);
  return { ...address, tls: { certificate: path(tls.text('certificate')), key: path(tls.text('key')) } };
}

/** @throws ConfigError `config-unreadable` */
export async function readTls({
  tls,
}: Listen): Promise<{ readonly cert: Buffer; readonly key: Buffer } | undefined> {
  if (!tls) return undefined;
  try {
    return { cert: await readFile(tls.certificate), key: await readFile(tls.key) };
  } catch (cause) {
    throw new ConfigError('config-unreadable', 'The TLS certificate or its key cannot be read.', { cause });
  }
}
