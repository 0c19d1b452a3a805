import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type AnswerStats,
  ownDraft,
  type Session,
  type SessionEvent,
  type Verdict,
} from '../../client/index.js';
import type { Seen } from '../../edge/index.js';
import { noticeText } from '../ask.js';
import { privateClient } from '../assistant.js';
import { parseChat } from '../chat-file.js';
import { type Command, parsed } from '../command.js';
import { CliError } from '../error.js';
import { profileTrust, warnIfSimulated } from '../server-choice.js';
import { print, printable, table } from '../terminal.js';
import { summaryRows, withMachines } from '../up/trace-view.js';
import { startWorld, type World } from '../up/world.js';
import { verdictTable } from '../verdict.js';
import { DEFAULT_PACK } from './model.js';

const CHAT = new URL('../../../examples/chat.txt', import.meta.url);
const DRAFT = 'sorry guys i cant come on saturday because my sister is visiting me';

export const demo: Command = {
  name: 'demo',
  summary: 'see all of it work on this machine, in one go',
  help: `sotto demo [options]

Starts an issuer of tokens, a relay, a gateway and two confidential VMs on simulated hardware. Asks, through all of them, for
a summary, for replies and for a rewrite of a sample chat, shows what each party saw of it, and ends. Each request has a
token, a session and a VM of its own.

  --model FOLDER     the model pack (default ${DEFAULT_PACK})`,
  async run(args) {
    const { values } = parsed({
      args: [...args],
      options: { model: { type: 'string', default: DEFAULT_PACK } },
    });
    const folder = await mkdtemp(join(tmpdir(), 'sotto-demo-'));
    const seen: Seen[] = [];
    try {
      const world = await startWorld({
        folder,
        packDir: values.model,
        machines: 2,
        log: false,
        observe: (one) => seen.push(one),
      });
      try {
        await show(world, seen);
      } finally {
        await world.close();
      }
      return 0;
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

/** What one request took. */
interface Timing {
  readonly title: string;
  /** From asking to the first text on this side, in milliseconds. */
  readonly firstTextMs: number;
  readonly stats: AnswerStats;
}

async function show({ profile, path }: World, seen: readonly Seen[]): Promise<void> {
  const chat = parseChat(await readFile(CHAT, 'utf8'));
  const { ai, tokens } = await privateClient(path, profileTrust(profile));
  // Both are there before anything is asked.
  await Promise.all([tokens.refill(), ai.preconnect()]);
  const verdict = ai.verdict!;
  warnIfSimulated({ verdict });
  print('\nThe evidence, checked before anything is sent:');
  print(verdictTable(verdict));
  print(`\nThe chat:\n${chat.messages.map(({ sender, text }) => `  ${sender}: ${text}`).join('\n')}`);

  const timings: Timing[] = [];
  print('\nSummary:');
  timings.push(await stream('summary', ai.summarize(chat)));
  print('\nReplies that Omar could give:');
  timings.push(await stream('replies', ai.reply(chat, { me: 'Omar' })));
  print(`\nA draft, in a professional tone: ${DRAFT}`);
  ai.close();
  timings.push(await stream('rewrite', ai.rewrite(ownDraft(DRAFT), { tone: 'professional' })));
  print(`\n${results(verdict, timings)}`);
  print('\nWhat each party saw of it, no word of the chat among it:');
  print(table(summaryRows(withMachines(seen))));
}

async function stream(title: string, events: ReturnType<Session['summarize']>): Promise<Timing> {
  const start = performance.now();
  let firstTextMs: number | undefined;
  let stats: AnswerStats | undefined;
  let begun = false;
  const show = (event: SessionEvent): void => {
    if (event.kind === 'text') {
      firstTextMs ??= performance.now() - start;
      process.stdout.write(`${begun ? '' : '  '}${printable(event.text)}`);
      begun = true;
    } else {
      if (begun) print();
      begun = false;
    }
    if (event.kind === 'notice') print(`  ${noticeText(event)}`);
    if (event.kind === 'done') stats = event.stats;
  };
  for await (const event of events) show(event);
  if (!stats || firstTextMs === undefined) throw new CliError('demo-failed', 'The answer was empty.');
  return { title, firstTextMs, stats };
}

function results({ checks }: Verdict, timings: readonly Timing[]): string {
  const passed = checks.filter(({ ok }) => ok).length;
  const rows = timings.map(({ title, firstTextMs, stats }) => [
    title,
    `${passed} of ${checks.length}`,
    `${firstTextMs.toFixed(0)} ms`,
    `${((1000 * stats.outputTokens) / stats.decodeMs).toFixed(0)}`,
    `${stats.promptTokens - stats.cachedTokens} (+ ${stats.cachedTokens} cached)`,
    `${stats.wipedBytes.toLocaleString('en-US')}`,
  ]);
  return table([['', 'checks passed', 'first text', 'tokens/s', 'prompt tokens', 'bytes wiped'], ...rows]);
}
