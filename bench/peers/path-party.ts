/**
 * One party of the private path in a process of its own: `relay`, `gateway`, `machine`, `blind-machine` or `reverse-proxy`, and its configuration in JSON.
 * Writes its address, then answers each line of standard input with a line of JSON: what it has used up so far.
 */
import { createInterface } from 'node:readline';
import { type GatewayConfig, type RelayConfig, startGateway, startRelay } from '../../edge/index.js';
import { startBlindMachine } from '../path/blind-machine.js';
import { type Script, startMachine } from '../path/machine.js';
import { startReverseProxy } from '../path/reverse-proxy.js';

/** What a process has used up. */
export interface PartyUsage {
  /** Processor time of all its threads, in microseconds. */
  readonly cpuUs: number;
  readonly residentBytes: number;
  /** After a collection, if it is run with `--expose-gc`. */
  readonly heapBytes: number;
}

const [kind, json = '{}'] = process.argv.slice(2);
const config: unknown = JSON.parse(json);
const log = () => undefined;
/** What a machine answers, one after another: parts, each a piece of text so many times. Then always the short one. */
export interface MachineConfig {
  readonly answers?: readonly (readonly (readonly [piece: string, times: number])[])[];
  readonly cadenceMs?: number;
  /** Requests at a time, and in the queue behind them. */
  readonly running?: number;
  readonly queue?: number;
}

const SHORT = [['They will meet at the usual place at one, not at twelve.', 1]] as const;

function scriptOf(answers: MachineConfig['answers'] = []): Script {
  let next = 0;
  return function* () {
    const parts = answers[next++] ?? SHORT;
    for (const [piece, times] of parts) {
      yield { kind: 'text', text: new TextEncoder().encode(piece.repeat(times)) };
      if (parts.length > 1) yield { kind: 'item' };
    }
  };
}

function start(): Promise<{ readonly url: string; close(): Promise<void> }> {
  if (kind === 'relay') return startRelay({ config: config as RelayConfig, log });
  if (kind === 'gateway') return startGateway({ config: config as GatewayConfig, log });
  if (kind === 'blind-machine') return startBlindMachine();
  if (kind === 'reverse-proxy') return startReverseProxy((config as { readonly machine: string }).machine);
  const { answers, ...limits } = config as MachineConfig;
  return startMachine(scriptOf(answers), limits);
}

const party = await start();
const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};
say(party.url);
const lines = createInterface({ input: process.stdin });
let collecting = 0;
const used = (): number => {
  const { user, system } = process.cpuUsage();
  return user + system - collecting;
};
lines.on('line', () => {
  const cpuUs = used();
  (globalThis as { gc?: () => void }).gc?.();
  // What a measurement asks for is not what the party needs.
  collecting += used() - cpuUs;
  const { rss, heapUsed } = process.memoryUsage();
  const usage: PartyUsage = { cpuUs, residentBytes: rss, heapBytes: heapUsed };
  say(JSON.stringify(usage));
});
lines.once('close', () => void party.close());
