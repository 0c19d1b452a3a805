/** `npm run bench`: speed and fidelity against named peers, in one run, as ratios. */
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { type ModelPack, openPack } from '../model/index.js';
import { fetchDefaultModel, importModel } from '../model/pack/index.js';
import { benchAttestation } from './attestation/index.js';
import { fidelityTable, measureFidelity } from './fidelity.js';
import { benchLedger } from './ledger/index.js';
import { benchPath } from './path/index.js';
import { contest, type Result, ratio, type Speeds, speed } from './speed/contest.js';
import type { Contestant } from './speed/contestant.js';
import { llamaCpp, ourEngine, pythonBinding } from './speed/peers.js';

const HELP = `npm run bench -- [attestation|ledger|path] [options]

Measures the engine; with the word attestation, evidence for sessions instead; with the word ledger, the log; with the word
path, relay, gateway and tokens.

  --speed      only the speed
  --fidelity   only the fidelity
  --quick      three rounds instead of seven, 500 positions instead of 2,000;
               with path, 5,000 requests instead of 50,000
  --threads N  that compute (default 2)`;

const PACKS = {
  8: '.sotto/models/default',
  4: '.sotto/models/default-4bit',
  32: '.sotto/models/default-32bit',
} as const;
const DOWNLOADS = '.sotto/downloads';
/** Of the Python I/O binding's speed on the same graph, what the engine has to reach. */
const GOAL = 0.95;
const SPEEDS = ['prefill', 'decodeShort', 'decodeLong'] as const;

const say = (line = ''): void => {
  process.stdout.write(`${line}\n`);
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    speed: { type: 'boolean', default: false },
    fidelity: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    threads: { type: 'string', default: '2' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) say(HELP);
else if (positionals[0] === 'ledger') {
  if (!(await benchLedger(say))) process.exitCode = 1;
} else if (positionals[0] === 'attestation') {
  if (!(await benchAttestation(PACKS[8], say))) process.exitCode = 1;
} else if (positionals[0] === 'path') {
  await benchPath(PACKS[8], values.quick, say);
} else {
  const source = await fetchDefaultModel({ cache: DOWNLOADS });
  const all = values.speed === values.fidelity;
  if (all || values.speed) await race(source);
  if (all || values.fidelity) await fidelity(source);
}

async function packOf(bits: 8 | 4 | 32, source: string): Promise<ModelPack> {
  const out = PACKS[bits];
  return openPack(out).catch(async () => {
    say(`Importing the ${bits}-bit pack …`);
    await importModel({ source, out, bits });
    return openPack(out);
  });
}

async function race(source: string): Promise<void> {
  const threads = Number(values.threads);
  say(
    `# Speed: ${threads} threads on ${cpus()[0]?.model ?? 'an unknown processor'}, tokens/s, medians of rounds\n`,
  );
  const missing: string[] = [];
  const invited = (name: string, install: () => Contestant): Contestant[] => {
    try {
      return [install()];
    } catch (error) {
      missing.push(`${name} does not take part: ${(error as Error).message}`);
      return [];
    }
  };
  const contestants: Contestant[] = [];
  for (const bits of [8, 4] as const) {
    const pack = await packOf(bits, source);
    contestants.push(
      ourEngine(`sotto ${bits}-bit`, pack, { backend: 'ffi', threads }),
      ourEngine(`sotto ${bits}-bit, memory kept`, pack, {
        backend: 'ffi',
        threads,
        runtimeMemory: 'keep',
      }),
      ourEngine(`sotto ${bits}-bit, package`, pack, { backend: 'package', threads }),
      ...invited('Python', () => pythonBinding(`python ${bits}-bit`, pack, threads)),
    );
  }
  contestants.push(...invited('llama.cpp', () => llamaCpp('llama.cpp Q4_1', source, threads)));
  const results = await contest(contestants, values.quick ? 3 : 7);
  report(results);
  for (const line of missing) say(line);
  if (missing.length > 0) process.exitCode = 1;
}

function report(results: readonly Result[]): void {
  const find = (name: string) => results.find(({ contestant }) => contestant.name === name);
  const llama = find('llama.cpp Q4_1');
  say(
    `${''.padEnd(26)}${['prefill 512', 'decode short', 'decode at 512'].map((s) => s.padStart(24)).join('')}`,
  );
  for (const result of results) {
    const { name } = result.contestant;
    const python = find(`python ${/(\d)-bit/.exec(name)?.[1]}-bit`);
    const cell = (of: keyof Speeds): string => {
      const over = [python, llama].map((peer) => (peer ? ratio(result, peer, of).toFixed(2) : '-'));
      return `${speed(result, of).toFixed(0)} (${over.join(', ')})`.padStart(24);
    };
    say(name.padEnd(26) + SPEEDS.map(cell).join(''));
  }
  say('\nIn brackets: over the Python I/O binding on the same graph, over llama.cpp; medians of the rounds.');
  for (const version of new Set(results.map((result) => result.version))) say(`version ${version}`);
  for (const bits of [8, 4]) judge(bits, find(`sotto ${bits}-bit`), find(`python ${bits}-bit`));
}

function judge(bits: number, ours: Result | undefined, python: Result | undefined): void {
  if (!ours || !python) return;
  const same = ours.tokens.every((token, i) => token === python.tokens[i]);
  say(
    `${bits}-bit: ${same ? 'the same' : 'NOT the same'} ${ours.tokens.length} tokens as the Python I/O binding`,
  );
  const least = Math.min(...SPEEDS.map((of) => ratio(ours, python, of)));
  say(
    `${bits}-bit: at least ${least.toFixed(2)} of its speed; the goal of ${GOAL} is ${least >= GOAL ? 'met' : 'NOT met'}`,
  );
  if (!same) process.exitCode = 1;
}

async function fidelity(source: string): Promise<void> {
  const positions = values.quick ? 500 : 2000;
  say(`\n# Fidelity: next-token distributions against float32 on ${positions} positions of chats\n`);
  const { dir: reference } = await packOf(32, source);
  const corpus = 'bench/corpus/chats.txt';
  const measured = async (bits: 8 | 4) =>
    measureFidelity({ reference, candidate: (await packOf(bits, source)).dir, corpus, positions });
  const eight = await measured(8);
  say(fidelityTable({ '8-bit': eight, '4-bit': await measured(4) }));
  const met = eight.top1 >= 0.97 && eight.meanKl <= 0.02;
  say(`8-bit: the goal (top-1 >= 97 %, mean KL <= 0.02) is ${met ? 'met' : 'NOT met'}`);
}
