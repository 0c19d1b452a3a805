/**
 * The real server over slow firmware. Reads a JSON configuration from its first argument, writes its address, then answers
 * each line of standard input with a line of JSON: what the process has used up so far.
 */
import { createInterface } from 'node:readline';
import { DEFAULT_LIMITS, type Limits, startServer, untilStopped } from '../../server/index.js';
import { type FirmwareOptions, SlowFirmware } from '../attestation/firmware.js';

interface Configuration extends Omit<FirmwareOptions, 'measurement'> {
  readonly packDir: string;
  readonly measurement: string;
  readonly limits: Partial<Limits>;
}

/** What a process has used up. */
export interface Usage {
  readonly reports: number;
  readonly refusals: number;
  /** Processor time of all its threads, in microseconds. */
  readonly cpuUs: number;
}

const { measurement, packDir, limits, ...options } = JSON.parse(process.argv[2] ?? '{}') as Configuration;
const firmware = await SlowFirmware.start({
  measurement: new Uint8Array(Buffer.from(measurement, 'hex')),
  ...options,
});
const server = await startServer({
  host: '127.0.0.1',
  port: 0,
  packDir,
  backend: 'ffi',
  threads: 2,
  tsm: async () => firmware.tsm(),
  limits: { ...DEFAULT_LIMITS, ...limits },
  log: () => undefined,
});
const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};
say(server.url);
createInterface({ input: process.stdin }).on('line', () => {
  const { user, system } = process.cpuUsage();
  const usage: Usage = { reports: firmware.reports, refusals: firmware.refusals, cpuUs: user + system };
  say(JSON.stringify(usage));
});
process.exitCode = await untilStopped(server);
process.stdin.destroy();
