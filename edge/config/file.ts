/** Configuration files: JSON in UTF-8, with a version. */
import { readFile } from 'node:fs/promises';
import { duplicateName } from '../../wire/index.js';
import { ConfigError } from './error.js';
import { ConfigObject } from './reader.js';

const VERSION = 1;
const MAX_BYTES = 1024 * 1024;

/**
 * Reads a file as one object that says `"version": 1`.
 * @param title what errors call it: `the configuration`
 * @throws ConfigError
 */
export async function readConfig(
  file: string,
  title: string,
  known: readonly string[],
): Promise<ConfigObject> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(file);
  } catch (cause) {
    throw new ConfigError('config-unreadable', `${file} cannot be read.`, { cause });
  }
  return parseConfig(bytes, title, known);
}

/** The same for bytes. @throws ConfigError */
export function parseConfig(bytes: Uint8Array, title: string, known: readonly string[]): ConfigObject {
  const text = decoded(bytes, title);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new ConfigError('config-malformed', `${title} is not JSON`, { cause });
  }
  const twice = duplicateName(text);
  if (twice !== undefined)
    throw new ConfigError('config-duplicate-field', `${title} names the field ${twice} twice`);
  const config = new ConfigObject(value, title, ['$schema', 'version', ...known]);
  if (config.value('version') !== VERSION)
    throw new ConfigError('config-version', `the version of ${title} is not ${VERSION}`);
  return config;
}

function decoded(bytes: Uint8Array, title: string): string {
  if (bytes.length > MAX_BYTES) throw new ConfigError('config-malformed', `${title} has more than 1 MiB`);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new ConfigError('config-malformed', `${title} is not UTF-8`, { cause });
  }
}
