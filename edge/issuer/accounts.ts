/** The accounts file: a public key, in hexadecimal, by account. */
import { rename, stat, writeFile } from 'node:fs/promises';
import { isAccountName } from '../../wire/index.js';
import { ConfigError, readConfig, wrong } from '../config/index.js';

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

/**
 * Adds an account to the file, or makes the file.
 * @param publicKey Ed25519, 32 bytes
 * @throws ConfigError `config-value` when there is such an account; whatever `readAccounts` throws
 */
export async function addAccount(file: string, name: string, publicKey: Uint8Array): Promise<void> {
  const accounts = new Map((await exists(file)) ? await readAccounts(file) : []);
  if (accounts.has(name)) wrong(`${TITLE} has such an account already`);
  accounts.set(name, publicKey);
  const listed = [...accounts].map(([account, key]) => ({
    name: account,
    publicKey: Buffer.from(key).toString('hex'),
  }));
  const draft = `${file}.draft`;
  try {
    await writeFile(draft, `${JSON.stringify({ version: 1, accounts: listed }, null, 2)}\n`);
    await rename(draft, file);
  } catch (cause) {
    throw new ConfigError('config-unreadable', `${file} cannot be written.`, { cause });
  }
}

const exists = (file: string): Promise<boolean> =>
  stat(file).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return false;
      throw new ConfigError('config-unreadable', `${file} cannot be read.`, { cause: error });
    },
  );
