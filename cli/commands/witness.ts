import { readWitnessConfig, startWitness } from '../../edge/index.js';
import { partyCommand } from '../party.js';

export const witness = partyCommand({
  name: 'witness',
  summary: 'run a witness: signs that a log only grows, and shows everybody the same',
  about: `Remembers the largest tree that it has seen of each log, and signs a new one only if it begins with that. Run it where
the log's operator has no say.`,
  page: 'docs/transparency.md',
  start: async (file, log) => startWitness({ config: await readWitnessConfig(file), log }),
});
