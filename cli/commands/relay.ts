import { readRelayConfig, startRelay } from '../../edge/index.js';
import { partyCommand } from '../party.js';

export const relay = partyCommand({
  name: 'relay',
  summary: 'run a relay: knows addresses, and nothing that is asked',
  about: `Passes encapsulated requests on to one gateway, and their answers back, while they stream. Run it where the
gateway's operator has no say: what keeps users apart from their requests is that these two do not talk.`,
  page: 'docs/operate.md',
  start: async (file, log) => startRelay({ config: await readRelayConfig(file), log }),
});
