import { randomBytes } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { accountPublicKey } from '../../client/wallet/index.js';
import { addAccount, readIssuerConfig } from '../../edge/issuer/index.js';
import { isAccountName } from '../../wire/index.js';
import { type Command, parsed } from '../command.js';
import { CliError } from '../error.js';
import { print } from '../terminal.js';

const SEED_BYTES = 32;

export const issuerAccount: Command = {
  name: 'issuer account',
  summary: 'make the key of an account',
  help: `sotto issuer account NAME --config FILE --out FILE

Makes a private key for an account, puts its public half into the accounts file of an issuer, and leaves the private half
in a file for the account's owner. An issuer that runs has to be started again to know the account.

  --config FILE      the issuer's configuration; it has to have accountKeys
  --out FILE         where to leave the private key, 32 bytes; the file must not exist`,
  async run(args) {
    const { values, positionals } = parsed({
      args: [...args],
      options: { config: { type: 'string' }, out: { type: 'string' } },
      allowPositionals: true,
    });
    const [name, ...more] = positionals;
    if (name === undefined || more.length > 0 || !isAccountName(name))
      throw new CliError('usage', 'Name one account: small letters, digits, dots, underscores, hyphens.');
    const { config: file, out } = values;
    if (file === undefined || out === undefined)
      throw new CliError('usage', 'Both --config and --out are needed.');
    const { accountKeys } = await readIssuerConfig(file);
    if (!accountKeys) throw new CliError('usage', `${file} has no accountKeys.`);
    const seed = randomBytes(SEED_BYTES);
    try {
      await writeNew(out, seed);
      await addAccount(accountKeys.file, name, accountPublicKey(seed)).catch(async (error) => {
        await rm(out, { force: true });
        throw error;
      });
    } finally {
      seed.fill(0);
    }
    print(`${name} is an account now; its private key is in ${out}.`);
    return 0;
  },
};

async function writeNew(file: string, bytes: Uint8Array): Promise<void> {
  try {
    await writeFile(file, bytes, { flag: 'wx', mode: 0o600 });
  } catch (cause) {
    throw new CliError('usage', `${file} cannot be made, or is there already.`, { cause });
  }
}
