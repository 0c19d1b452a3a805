/** The accounts file: a public key, in hexadecimal, by account. */

import { isAccountName } from '../../wire/index.js';
import { readConfig, wrong } from '../config/index.js';

const TITLE = 'the accounts file';
const KEY = /^[0-9a-f]{64}$/;

/** @throws ConfigError */
export async function readAccounts(file: string): Promise<ReadonlyMap<string, Uint8Array>> {
  const config = await readConfig(file, TITLE, ['accounts']);
  const accounts = new Map<string, Uint8Array>();
  for (const entry of config.objects('accounts', ['name', 'publicKey'])) {
    const name = entry.text('name');
    if (!isAccountName(name)) wrong(`${TITLE} has a name that is none: small letters, digits, dots, hyphens`);
    if (accounts.has(name)) wrong(`${TITLE} has an account twice`);
    accounts.set(name, Buffer.from(entry.text('publicKey', KEY, '32 bytes in hexadecimal'), 'hex'));
  }
  return accounts;
}
