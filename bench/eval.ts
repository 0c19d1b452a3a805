/** `npm run eval`: what the tasks say about chats that nothing was tuned on, for a person to judge, with a few measures. */
import { readFile } from 'node:fs/promises';
import { ffiBackend, SecretArena } from '../model/engine/index.js';
import { openPack } from '../model/pack/index.js';
import { createTaskRunner, type TaskRequest } from '../model/tasks/index.js';
import { Tokenizer } from '../model/tokenizer/index.js';
import { type Chat, parseChats } from './eval/chats.js';
import { type Measures, mean, measure, measuresHead, measuresRow } from './eval/measures.js';
import { texts } from './eval/texts.js';

const PACK = '.sotto/models/default';
const CHATS = 'bench/eval/chats.txt';
const THREADS = 2;

const tones = ['professional', 'friendly', 'concise', 'funny', 'supportive'] as const;

const say = (line = ''): void => {
  process.stdout.write(`${line}\n`);
};
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

const began = performance.now();
const pack = await openPack(PACK);
const backend = await ffiBackend(pack, { threads: THREADS });
const tokenizer = await Tokenizer.fromPack(pack.dir);
const runner = await createTaskRunner({ backend, tokenizer });

/** The pieces of an answer, as a person would see them, and how long it took in milliseconds. */
async function ask(request: TaskRequest) {
  const arena = new SecretArena();
  const items = [''];
  const start = performance.now();
  try {
    const decoder = new TextDecoder('utf-8', { fatal: true });
    const { fallbacks } = await runner.run(
      request,
      (event) => {
        if (event.kind === 'text') items[items.length - 1] += decoder.decode(event.text);
        if (event.kind === 'item') items.push('');
        if (event.kind === 'notice') items[items.length - 1] += `[${event.count} older messages left out] `;
      },
      { signal: new AbortController().signal, arena },
    );
    return { items: items.filter((item) => item !== ''), ms: performance.now() - start, fallbacks };
  } finally {
    arena.wipe();
  }
}

const messagesOf = (chat: Chat) =>
  chat.messages.map(({ sender, text }) => ({ sender: utf8(sender), text: utf8(text) }));

say(
  `Prepared in ${((performance.now() - began) / 1000).toFixed(1)} s: ${pack.manifest.name}, ${pack.manifest.bits} bits`,
);
const chats = parseChats(await readFile(CHATS, 'utf8'));

say('\n# Summaries\n');
const rows: Measures[] = [];
for (const chat of chats) {
  const length = chat.messages.length > 10 ? 'medium' : 'short';
  const { items, ms } = await ask({ task: 'summarize', messages: messagesOf(chat), length });
  const summary = items.join('\n');
  rows.push(measure(chat, summary, ms));
  say(`## ${chat.title} [${chat.category}], ${length}\n${summary}\n`);
}

say('# Replies\n');
let echoed = 0;
let ours = 0;
for (const chat of chats) {
  const { items, ms, fallbacks } = await ask({ task: 'reply', messages: messagesOf(chat) });
  const last = chat.messages.at(-1);
  say(`${last?.sender}: ${last?.text}\n   → ${items.join('  |  ')}   (${ms.toFixed(0)} ms)`);
  ours += fallbacks;
  echoed += items.filter((item) => chat.messages.some(({ text }) => text.includes(item))).length;
}
const suggestions = 3 * chats.length;
say(`\n${ours} of ${suggestions} are stock answers of ours; ${echoed} repeat a message or a part of it.`);

say('\n# Rewrites\n');
let unchanged = 0;
for (const text of texts.rewrite) {
  say(text);
  for (const tone of tones) {
    const { items, ms } = await ask({ task: 'rewrite', text: utf8(text), tone });
    const found = items.join('');
    if (found === text) unchanged++;
    say(`   ${tone.padEnd(13)}${found}   (${ms.toFixed(0)} ms)`);
  }
}
say(`\n${unchanged} of ${tones.length * texts.rewrite.length} as they were.`);

say('\n# Proofreading\n');
let exact = 0;
for (const [given, wanted] of texts.proofread) {
  const { items, ms } = await ask({ task: 'proofread', text: utf8(given) });
  const found = items.join('');
  if (found === wanted) exact++;
  say(`${found === wanted ? '  ' : '≠ '}${given}\n   → ${found}   (${ms.toFixed(0)} ms)`);
}
say(`\n${exact} of ${texts.proofread.length} as a person would have corrected them.`);

runner.close();
await backend.close();
say(`\nDone in ${((performance.now() - began) / 1000).toFixed(1)} s. The summaries:\n`);
say(measuresHead());
for (const row of rows) say(measuresRow(row));
say(measuresRow(mean(rows)));
