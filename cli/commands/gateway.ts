import { readGatewayConfig, startGateway } from '../../edge/index.js';
import { partyCommand } from '../party.js';

export const gateway = partyCommand({
  name: 'gateway',
  summary: 'run a gateway: knows tokens, and nobody who has them',
  about: `Opens the outer seal of requests that a relay passes on, checks and spends their tokens, and sends the sealed
sessions on to healthy confidential VMs, drawn at random.`,
  page: 'docs/operate.md',
  start: async (file, log) => startGateway({ config: await readGatewayConfig(file), log }),
});
