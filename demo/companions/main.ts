/** Two scripted people, each with an app of their own: somebody to talk to. They never use AI. */
import { WebSocket } from 'ws';
import type { Socket } from '../delivery/link.js';
import { DELIVERY_PATH } from '../delivery/path.js';
import { Member, MemoryStore } from '../member/index.js';

const [, , site = ''] = process.argv;
const CHAT = 'Weekend at the lake';
const HUMANS = ['anna', 'ben', 'chloe', 'omar'];
const PAUSE_MS = 120;

const SCRIPT: readonly (readonly ['mia' | 'leo', string])[] = [
  ['mia', 'Hi! So, the lake on Saturday?'],
  ['leo', 'Yes! The weather looks good, 24 degrees and sunny'],
  ['mia', 'I can bring the tent and the small stove'],
  ['leo', 'Great. The train leaves at 9:20 from platform 4'],
  ['mia', 'Can we take the 10:20? I have to drop off my sister first'],
  ['leo', 'Ok, 10:20 then. I will buy the tickets tonight'],
  ['mia', 'They are 18 euros each, I will send you mine'],
  ['leo', 'Who brings food? I could make sandwiches'],
  ['mia', 'Sandwiches are perfect, and please no onions'],
  ['leo', 'Can you tell us by Thursday whether you are coming?'],
];

async function companion(person: string): Promise<Member> {
  const response = await fetch(`${site}/api/sign-in`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ person }),
  });
  const { token } = (await response.json()) as { readonly token: string };
  return Member.start({
    person,
    token,
    store: new MemoryStore(),
    open: () => new WebSocket(`${site.replace('http', 'ws')}${DELIVERY_PATH}`) as Socket,
    changed: () => onChange(),
    failed: (error) => process.stderr.write(`${person}: ${(error as Error).name}\n`),
  });
}

let onChange = (): void => undefined;
const until = (holds: () => boolean) =>
  new Promise<void>((resolve) => {
    const look = setInterval(() => {
      if (!holds()) return;
      clearInterval(look);
      resolve();
    }, 50);
  });

const [mia, leo] = [await companion('mia'), await companion('leo')];
await until(
  () => mia.connection === 'online' && leo.people.some(({ person, ready }) => person === 'mia' && ready),
);
const id = await leo.create(CHAT, ['mia', ...HUMANS]);
await until(() => mia.chats.has(id));

/** People who have had the conversation. */
const greeted = new Set<string>();
let talking = false;
onChange = () => void talk();
await talk();

async function talk(): Promise<void> {
  const members = leo.chats.get(id)?.group.members ?? [];
  const fresh = members.filter((person) => HUMANS.includes(person) && !greeted.has(person));
  if (talking || fresh.length === 0) return;
  talking = true;
  for (const person of fresh) greeted.add(person);
  const all = greeted.size === fresh.length;
  for (const [person, text] of all ? SCRIPT : SCRIPT.slice(-3)) {
    await (person === 'mia' ? mia : leo).say(id, text);
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  talking = false;
  await talk();
}

process.once('SIGTERM', () => {
  mia.close();
  leo.close();
  process.exit(0);
});
