/**
 * The real server in a process of its own, with limits that a test chooses, and with a leak for the positive control:
 * what arrives on standard input is kept for ever, as nothing in the server may be.
 *   node fixture-server.mjs '{"limits": {…}, "tsm": {…}}'
 */
import { createInterface } from 'node:readline';
import { configfsTsm, simulatedTsm } from '../../dist/attestation/tsm/index.js';
import { DEFAULT_LIMITS, jsonLog, startServer, untilStopped } from '../../dist/server/index.js';

const {
  limits = {},
  tsm = {},
  direct,
  packDir = '.sotto/models/default',
} = JSON.parse(process.argv[2] ?? '{}');
/** Clients that run what this server says it runs. */
const PEERS = {
  policy: { measurements: [new Uint8Array(48).fill(7)] },
  roots: { simulated: 'sotto-simulated' },
};
const measurement = new Uint8Array(48).fill(7);
let reports = 0;

const server = await startServer({
  host: '127.0.0.1',
  port: 0,
  packDir,
  backend: 'ffi',
  threads: 2,
  ...(direct ? { direct: { port: 0, ...(direct.peers ? { peers: PEERS } : {}) } } : {}),
  limits: { ...DEFAULT_LIMITS, ...limits },
  log: jsonLog(),
  async tsm() {
    if (tsm.kind === 'configfs') return configfsTsm();
    const simulated = await simulatedTsm({ measurement, delayMs: tsm.delayMs ?? 0 });
    return {
      provider: 'simulated',
      async report(inblob, signal) {
        reports++;
        if (tsm.failing?.includes(reports)) throw new Error('the simulated firmware does not answer');
        return simulated.report(inblob, signal);
      },
    };
  },
});
process.stdout.write(`${server.url}\n${server.directUrl ?? ''}\n`);

globalThis.leaked = [];
createInterface({ input: process.stdin }).on('line', (line) => {
  globalThis.leaked.push(new Uint8Array(Buffer.from(line, 'hex')));
  process.stdout.write('leaked\n');
});
process.exitCode = await untilStopped(server);
process.stdin.destroy();
