/** What the four tasks' commands have in common: a session, an answer as it streams, and what became of it. */
import type { SessionEvent } from '../client/index.js';
import { type Assistant, openAssistant } from './assistant.js';
import { type ServerValues, warnIfSimulated } from './server-choice.js';
import { note, print, printable } from './terminal.js';

export interface Ask {
  readonly task: 'summarize' | 'reply' | 'rewrite' | 'proofread';
  readonly server: ServerValues;
  readonly json: boolean;
  readonly begin: (assistant: Assistant, signal: AbortSignal) => AsyncGenerator<SessionEvent>;
}

/** Asks, and prints the answer. Ctrl-C gives it up, in the engine too. @returns the exit code */
export async function ask({ task, server, json, begin }: Ask): Promise<number> {
  const controller = new AbortController();
  const stop = () => controller.abort();
  process.once('SIGINT', stop);
  try {
    const assistant = await openAssistant(server, controller.signal);
    warnIfSimulated(assistant);
    const events = begin(assistant, controller.signal);
    if (json) print(JSON.stringify({ task, ...(await collected(assistant, events)) }, null, 2));
    else await streamed(task, events);
    return 0;
  } finally {
    process.off('SIGINT', stop);
  }
}

async function collected({ verdict }: Assistant, events: AsyncIterable<SessionEvent>): Promise<object> {
  const items = [''];
  const notices: object[] = [];
  let stats: object | undefined;
  for await (const event of events) {
    if (event.kind === 'text') items[items.length - 1] += event.text;
    if (event.kind === 'item') items.push('');
    if (event.kind === 'notice') notices.push({ notice: event.notice, count: event.count });
    if (event.kind === 'done') stats = event.stats;
  }
  const { simulated, platform, checks } = verdict;
  const said = items.length > 1 ? { suggestions: items.filter((item) => item !== '') } : { text: items[0] };
  return { ...said, notices, stats, attestation: { platform, simulated, checks } };
}

async function streamed(task: Ask['task'], events: AsyncIterable<SessionEvent>): Promise<void> {
  let suggestion = 1;
  let begun = false;
  for await (const event of events) {
    switch (event.kind) {
      case 'text':
        if (task === 'reply' && !begun) process.stdout.write(`${suggestion}. `);
        begun = true;
        process.stdout.write(printable(event.text));
        break;
      case 'item':
        print();
        suggestion++;
        begun = false;
        break;
      case 'notice':
        if (begun) print();
        begun = false;
        note(noticeText(event));
        break;
      case 'done':
        if (begun) print();
        break;
    }
  }
}

export function noticeText({ notice, count }: Extract<SessionEvent, { kind: 'notice' }>): string {
  return notice === 'messages-dropped'
    ? `note: the oldest ${count} messages were left out, the model has no room for them.`
    : `note: ${count} part(s) are your own words, the model had nothing better.`;
}
