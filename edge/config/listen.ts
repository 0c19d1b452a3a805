import { readFile } from 'node:fs/promises';
import { EdgeError } from '../error.js';
import type { ConfigReader } from './reader.js';

/** Where a party listens. */
export interface Listen {
  readonly host: string;
  /** 0 for any that is free. */
  readonly port: number;
  /** PEM files; without them it speaks plain HTTP, for a terminator in front of it or for one machine. */
  readonly tls?: { readonly certificate: string; readonly key: string };
}

export function parseListen(reader: ConfigReader): Listen {
  const section = reader.section('listen');
  const host = section.text('host');
  const port = section.integer('port', 0, 65_535, 0);
  if (!section.has('tls')) {
    section.end();
    return { host, port };
  }
  const files = section.section('tls');
  const tls = { certificate: files.text('certificate'), key: files.text('key') };
  files.end();
  section.end();
  return { host, port, tls };
}

/** @throws EdgeError `config-malformed` when a file cannot be read */
export async function readTls({
  tls,
}: Listen): Promise<{ readonly cert: Buffer; readonly key: Buffer } | undefined> {
  if (!tls) return undefined;
  try {
    return { cert: await readFile(tls.certificate), key: await readFile(tls.key) };
  } catch (cause) {
    throw new EdgeError('config-malformed', 'The TLS certificate or its key cannot be read.', { cause });
  }
}
