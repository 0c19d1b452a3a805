/** `npm run bench -- path`: what the private path costs, next to its goals, in one run. */
import { cpus, loadavg } from 'node:os';
import { KEM_X25519, KEM_XWING, type KemId } from '../../wire/index.js';
import { costOfSession } from '../attestation/herd.js';
import { measureAdded } from './added.js';
import { answerTable, measureAnswers, requestTable } from './cover.js';
import { AT_ONCE, type Load, measureLoad, REQUESTS_GOAL, type Sample, slope } from './load.js';
import { crateExchange, type KemName, ourExchange } from './ohttp-speed.js';
import { PartyProcess, startPath } from './parties.js';
import { measureReverseProxy } from './proxied.js';
import { measureTokens, tokensTable } from './tokens.js';

type Say = (line?: string) => void;

/** Milliseconds that the path may add to the time to the first token. */
const ADDED_GOAL = 15;
/** Sessions a second that one core has to open. */
const KEMS: readonly (readonly [name: string, kem: KemId, goal: number])[] = [
  ['X25519', KEM_X25519, 300],
  ['X-Wing', KEM_XWING, 100],
];
/** HTTP requests over which memory has to stay flat. */
const REQUESTS = 50_000;

const goal = (met: boolean) => (met ? 'met' : 'NOT met');
const row = (name: string, value: string) => `${name.padEnd(52)}${value.padStart(14)}`;

/** Prints all of it; goals of speed are only told. */
export async function benchPath(packDir: string, quick: boolean, say: Say): Promise<void> {
  const busy = loadavg()[0]!.toFixed(1);
  say(`# The private path on ${cpus()[0]?.model ?? 'an unknown processor'}, load ${busy} at the start\n`);
  await added(say, quick ? 10 : 40);
  await load(say, quick ? REQUESTS / 10 : REQUESTS);
  say('\n## Sessions that a server opens, by processor time of its process\n');
  for (const [name, kem, least] of KEMS) {
    const rate = 1e6 / (await costOfSession(packDir, kem, quick ? 200 : 1000));
    say(
      row(
        `${name}, a second on a core`,
        `${rate.toFixed(0)}   the goal of ${least} is ${goal(rate >= least)}`,
      ),
    );
  }
  say('\n## Tokens, a second on a core\n');
  say(tokensTable(await measureTokens()));
  say('\n## Size classes and cadence, over a stream without them\n');
  say(requestTable());
  say();
  say(answerTable(await measureAnswers(quick ? 1 : 5)));
  ohttp(say);
}

async function added(say: Say, rounds: number): Promise<void> {
  const machine = await PartyProcess.start('machine');
  const path = await startPath(machine.url);
  try {
    const ms = (value: number) => `${value.toFixed(1)} ms`;
    const { direct, path: whole, added: more } = await measureAdded(machine.url, path, rounds);
    say(`## Time to the first text, session ready, medians of ${rounds} rounds\n`);
    say(row('direct session with the machine', ms(direct)));
    say(row('relay, gateway and token', ms(whole)));
    say(row('added (median of differences)', ms(more)));
    say(`the goal of ${ADDED_GOAL} ms is ${goal(more <= ADDED_GOAL)}`);
  } finally {
    await path.stop();
    await machine.stop();
  }
}

async function load(say: Say, requests: number): Promise<void> {
  const machine = await PartyProcess.start('blind-machine');
  const path = await startPath(machine.url);
  try {
    const measured = await measureLoad(path, requests);
    tellRates(say, measured, await measureReverseProxy(machine.url, requests / 20, AT_ONCE));
    tellMemory(say, measured.samples);
  } finally {
    await path.stop();
    await machine.stop();
  }
}

function tellRates(say: Say, { opening, asking, relay }: Load, proxy: number): void {
  const us = (value: number) => `${value.toFixed(0)} µs`;
  const both = opening + asking;
  const ratio = (value: number) => `   ${(value / proxy).toFixed(1)} times that of the proxy`;
  say('\n## Processor time of a request\n');
  say(row('gateway: session opened', us(opening)));
  say(row('gateway: request with token, answer of 11 chunks', us(asking)));
  say(row('gateway: both', us(both)) + ratio(both));
  say(row('relay: both', us(relay)) + ratio(relay));
  say(row('@fastify/http-proxy: both, as they are', us(proxy)));
  const rate = 2e6 / both;
  say(
    `the gateway handles ${rate.toFixed(0)} HTTP requests a second on a core, every other one a session's; the goal of ${REQUESTS_GOAL} is ${goal(rate >= REQUESTS_GOAL)}`,
  );
}

function tellMemory(say: Say, samples: readonly Sample[]): void {
  const mib = (bytes: number) => (bytes / 2 ** 20).toFixed(1).padStart(12);
  say(`\n## Memory over ${samples.at(-1)!.requests} requests, MiB\n`);
  const columns = {
    'relay RSS': ({ relay }: Sample) => relay.residentBytes,
    'relay heap': ({ relay }: Sample) => relay.heapBytes,
    'gateway RSS': ({ gateway }: Sample) => gateway.residentBytes,
    'gateway heap': ({ gateway }: Sample) => gateway.heapBytes,
  };
  const values = Object.values(columns);
  say(
    'requests'.padStart(10) +
      Object.keys(columns)
        .map((name) => name.padStart(12))
        .join(''),
  );
  for (const [i, sample] of samples.entries()) {
    if (i % Math.ceil(samples.length / 12) === 0)
      say(String(sample.requests).padStart(10) + values.map((of) => mib(of(sample))).join(''));
  }
  const kib = values.map((of) => (slope(samples, of) / 1024).toFixed(1).padStart(12)).join('');
  say(`${'KiB/1000'.padStart(10)}${kib}   (slope of the later half)`);
}

function ohttp(say: Say): void {
  say('\n## Oblivious HTTP, a whole exchange, microseconds: client, gateway\n');
  for (const kem of ['x25519', 'xwing'] satisfies KemName[]) {
    for (const bytes of [1024, 16 * 1024]) {
      const ours = ourExchange(kem, bytes);
      const crate = crateExchange(kem, bytes);
      const pair = (of: { client: number; gateway: number }) =>
        `${of.client.toFixed(0)}, ${of.gateway.toFixed(0)}`.padStart(14);
      const ratio = crate
        ? `   ohttp (Rust)${pair(crate)}   sotto: ${(crate.client / ours.client).toFixed(2)}, ${(crate.gateway / ours.gateway).toFixed(2)} of its speed`
        : '';
      say(`${`${kem}, ${bytes} bytes`.padEnd(24)}sotto${pair(ours)}${ratio}`);
    }
  }
  if (!crateExchange('x25519', 1024)) say('the crate ohttp does not take part: there is no Rust toolchain');
}
