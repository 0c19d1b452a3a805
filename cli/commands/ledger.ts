import { readLedgerConfig, startLedger } from '../../edge/index.js';
import { partyCommand } from '../party.js';

export const ledger = partyCommand({
  name: 'ledger',
  summary: 'run the log of releases and keys: trusted with nothing',
  about: `Takes signed manifests, gives them places in a Merkle tree, has witnesses sign it, and shows everything to everybody.
Whatever it shows is verified by whoever reads it.`,
  page: 'docs/transparency.md',
  start: async (file, log) => startLedger({ config: await readLedgerConfig(file), log }),
});
