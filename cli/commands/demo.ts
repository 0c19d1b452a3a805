import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import {
  type AnswerStats,
  ownDraft,
  type Session,
  type SessionEvent,
  type Verdict,
} from '../../client/index.js';
import { noticeText } from '../ask.js';
import { parseChat } from '../chat-file.js';
import { type Command, parsed } from '../command.js';
import { CliError } from '../error.js';
import { openSession, warnIfSimulated } from '../server-choice.js';
import { print, printable, table } from '../terminal.js';
import { verdictTable } from '../verdict.js';
import { DEFAULT_PACK } from './model.js';

const MAIN = fileURLToPath(new URL('../main.js', import.meta.url));
const CHAT = new URL('../../../examples/chat.txt', import.meta.url);
const DRAFT = 'sorry guys i cant come on saturday because my sister is visiting me';

export const demo: Command = {
  name: 'demo',
  summary: 'see all of it work on this machine, in one go',
  help: `sotto demo [options]

Starts a server on simulated hardware, verifies its evidence, asks it for a summary, for replies and for a rewrite of a
sample chat, and ends. Each request has a session of its own.

  --model FOLDER     the model pack (default ${DEFAULT_PACK})`,
  async run(args) {
    const { values } = parsed({
      args: [...args],
      options: { model: { type: 'string', default: DEFAULT_PACK } },
    });
    const folder = await mkdtemp(join(tmpdir(), 'sotto-demo-'));
    const profile = join(folder, 'local.json');
    const server = spawn(
      process.execPath,
      [MAIN, 'serve', '--port', '0', '--model', values.model, '--profile', profile],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    try {
      await listening(server);
      await show(profile);
      return 0;
    } finally {
      if (server.exitCode === null) {
        server.kill('SIGTERM');
        await once(server, 'exit');
      }
      await rm(folder, { recursive: true, force: true });
    }
  },
};

/** Resolves with the server's first line. @throws CliError `demo-server-failed` */
async function listening(server: ChildProcess): Promise<void> {
  const line = once(createInterface({ input: server.stdout! }), 'line');
  const ended = once(server, 'exit').then(() => {
    throw new CliError('demo-server-failed', 'The server did not start; the line above says why.');
  });
  await Promise.race([line, ended]);
}

/** What one request took. */
interface Timing {
  readonly title: string;
  /** From asking to the first text on this side, in milliseconds. */
  readonly firstTextMs: number;
  readonly stats: AnswerStats;
}

async function show(profile: string): Promise<void> {
  const chat = parseChat(await readFile(CHAT, 'utf8'));
  const { signal } = new AbortController();
  const connect = () => openSession({ profile, direct: false }, signal);

  const first = await connect();
  warnIfSimulated(first);
  print('\nThe evidence, checked before anything is sent:');
  print(verdictTable(first.verdict));
  print(`\nThe chat:\n${chat.messages.map(({ sender, text }) => `  ${sender}: ${text}`).join('\n')}`);

  const timings: Timing[] = [];
  print('\nSummary:');
  timings.push(await stream('summary', first.summarize(chat)));
  print('\nReplies that Omar could give:');
  timings.push(await stream('replies', (await connect()).reply(chat, { me: 'Omar' })));
  print(`\nA draft, in a professional tone: ${DRAFT}`);
  timings.push(await stream('rewrite', (await connect()).rewrite(ownDraft(DRAFT), { tone: 'professional' })));
  print(`\n${results(first.verdict, timings)}`);
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
  if (!stats || firstTextMs === undefined) throw new CliError('demo-server-failed', 'The answer was empty.');
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
