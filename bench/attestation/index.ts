/** `npm run bench -- attestation`: evidence for a herd of sessions, what it costs, and how fast it is verified. */
import { cpus } from 'node:os';
import { KEM_X25519, KEM_XWING, type KemId } from '../../wire/index.js';
import { costOfSession, type Herd, herdOfAttestor, herdOfServer, SLOW } from './herd.js';
import { quantile } from './statistics.js';
import { measureVerification } from './verification.js';
import { measureWork, type Work } from './work.js';

const SESSIONS = 1000;
/** Reports that so many sessions may cost. */
const MOST_REPORTS = 25;
/** Sessions a second that one core has to open. */
const KEMS: readonly (readonly [name: string, kem: KemId, goal: number])[] = [
  ['X25519', KEM_X25519, 500],
  ['X-Wing', KEM_XWING, 100],
];

type Say = (line?: string) => void;

/** Prints all of it. @returns whether every promise was kept; goals of speed are only told */
export async function benchAttestation(packDir: string, say: Say): Promise<boolean> {
  say(`# Attestation on ${cpus()[0]?.model ?? 'an unknown processor'}\n`);
  say(
    `## ${SESSIONS} sessions at once; a report takes ${SLOW.reportMs} ms, and ${SLOW.refusals} EBUSY follow each\n`,
  );
  say(`${''.padEnd(24)}reports   p50 wait   p99 wait   in report times   verified their own nonce`);
  let kept = tell(say, 'the attestor alone', await herdOfAttestor(SESSIONS));
  for (const [name, kem] of KEMS)
    kept = tell(say, `a server, ${name}`, await herdOfServer(packDir, kem, SESSIONS)) && kept;
  say(`\nThe promise: ${MOST_REPORTS} reports at most, all verified: ${kept ? 'kept' : 'NOT kept'}`);
  for (const [name, kem, goal] of KEMS) await cost(say, packDir, name, kem, goal);
  await verification(say);
  return kept;
}

function tell(say: Say, name: string, { waits, reports, verified }: Herd): boolean {
  const [p50, p99] = [quantile(waits, 0.5), quantile(waits, 0.99)];
  const times = [p50, p99].map((ms) => (ms / SLOW.reportMs).toFixed(1)).join(' and ');
  say(
    name.padEnd(24) +
      String(reports).padStart(7) +
      `${p50.toFixed(0)} ms`.padStart(11) +
      `${p99.toFixed(0)} ms`.padStart(11) +
      times.padStart(18) +
      `${verified} of ${waits.length}`.padStart(27),
  );
  return reports <= MOST_REPORTS && verified === waits.length;
}

async function cost(say: Say, packDir: string, name: string, kem: KemId, goal: number): Promise<void> {
  const whole = await costOfSession(packDir, kem, SESSIONS);
  const work = await measureWork(kem, SESSIONS / MOST_REPORTS);
  const shared = (part: Work) => (part.perReport ? part.us / (SESSIONS / MOST_REPORTS) : part.us);
  const parts = work.reduce((sum, part) => sum + shared(part), 0);
  say(`\n## What a session with ${name} costs the server, in microseconds of processor time\n`);
  for (const part of work) {
    const once = part.perReport
      ? `   (${part.us.toFixed(0)} a report, shared by ${SESSIONS / MOST_REPORTS})`
      : '';
    say(`${part.name.padEnd(28)}${shared(part).toFixed(1).padStart(8)}${once}`);
  }
  say(`${'HTTP, and all the rest'.padEnd(28)}${(whole - parts).toFixed(1).padStart(8)}`);
  say(`${'together'.padEnd(28)}${whole.toFixed(1).padStart(8)}`);
  const rate = 1e6 / whole;
  const met = rate >= goal ? 'met' : 'NOT met';
  say(`${rate.toFixed(0)} sessions a second on a core; the goal of ${goal} is ${met}`);
}

async function verification(say: Say): Promise<void> {
  const { speeds, missing } = await measureVerification();
  say('\n## Verifying, on one core\n');
  for (const { what, who, us } of speeds) {
    const ours = speeds.find((speed) => speed.what === what && speed.who === 'sotto')!;
    const ratio = who === 'sotto' ? '' : `   sotto: ${(us / ours.us).toFixed(2)} of its speed`;
    say(`${what.padEnd(34)}${who.padEnd(22)}${(1e6 / us).toFixed(0).padStart(6)} a second${ratio}`);
  }
  for (const line of missing) say(line);
}
