import { readIssuerConfig, startIssuer } from '../../edge/issuer/index.js';
import { partyCommand } from '../party.js';

export const issuer = partyCommand({
  name: 'issuer',
  summary: 'run the issuer of anonymous tokens',
  about: `Gives tokens to accounts, so many an epoch, and cannot tell what any of them is spent on. "sotto issuer account"
makes an account's key.`,
  page: 'docs/issuer.md',
  start: async (file, log) => startIssuer({ config: await readIssuerConfig(file), log }),
});
