/**
 * A summary: what the chat is about, then its weightiest points. The model words both within lattices, so that each name,
 * number and "not" of a summary stands in the chat too.
 */
import { notTopical } from './english.js';
import type { Job } from './job.js';
import type { Lattice } from './lattice.js';
import { type Point, pointsOf, weightiest } from './points.js';
import { type Example, Prompt } from './prompt.js';
import type { SummarizeRequest } from './request.js';
import { retell } from './retelling.js';
import { type Line, newestThatFit } from './window.js';
import { hasDigit, oneLine, utf8, type Word, wordsOf } from './words.js';

export const topicInstruction = 'Say in a few words what the chat is about.';

export const topicExamples: readonly Example[] = [
  {
    given: `Olivia: Is the picnic still happening tomorrow?
Ethan: Yes, 13:00 at Greenwood Park
Olivia: Great, I'll bring salad for eight
Ethan: My brother comes too, he has a grill`,
    answer: 'About the picnic at Greenwood Park.',
  },
  {
    given: `Mr. Abara: The invoice from Delta is wrong, it says 5,400
Yvonne: It should be 4,500, I'll call them
Mr. Abara: Thanks. We have to pay before the 28th`,
    answer: 'About the wrong invoice from Delta.',
  },
  {
    given: `Kira: guys I lost my keys
Jonah: where did you see them last?
Kira: at the gym I think
Jonah: I'm there now, they have them!`,
    answer: 'About lost keys at the gym.',
  },
  {
    given: `Paolo: Dad can't drive on Thursday, his eye operation is at 10
Silvia: I can take him, but I have to work until 9:30
Paolo: That's fine. Who picks him up?`,
    answer: "About Dad's eye operation on Thursday.",
  },
  {
    given: `Tamar: Has anybody watched the new series?
Joost: Two episodes, it's boring
Tamar: It gets better in the third one`,
    answer: 'About the new series.',
  },
];

export const pointInstruction = 'Tell in one sentence what the person said.';

export const pointExamples: readonly Example[] = [
  { given: 'Ethan: The bus leaves at 13:00', answer: 'Ethan says the bus leaves at 13:00.' },
  { given: 'Olivia: I bring salad for eight', answer: 'Olivia brings salad for eight.' },
  { given: 'Silvia: I saw him on Monday', answer: 'Silvia saw him on Monday.' },
  { given: 'Mr. Abara: Paper is expensive', answer: 'Mr. Abara says paper is expensive.' },
  { given: 'Ines: Bring your passport please', answer: 'Ines says to bring your passport.' },
  { given: 'Paolo: Dad can come by train', answer: 'Paolo says Dad can come by train.' },
];

const POINTS = { short: 3, medium: 7 } as const;
const TOPIC_WINDOW_TOKENS = 3072;
const MAX_TOPIC_WORDS = 600;
const MAX_POINT_TOKENS = 128;
const bullet = utf8('• ');
const words = (list: string): readonly Uint8Array[] => list.split(' ').map((word) => utf8(` ${word}`));
const joints = words('of at on for in and with from');
const articles = words('the a an');
const about = utf8('About');
const stop = utf8('.');
const nothing = utf8('');

export async function summarize(request: SummarizeRequest, job: Job): Promise<void> {
  const first = request.unreadFrom ?? 0;
  const window = newestThatFit(request.messages, {
    first,
    maxTokens: TOPIC_WINDOW_TOKENS,
    tokenizer: job.voice.tokenizer,
    secrets: job.arena,
  });
  if (window.dropped > 0) job.emit({ kind: 'notice', notice: 'messages-dropped', count: window.dropped });
  const points = pointsOf(window.lines);
  if (points.length > 2) await sayTopic(window.lines, request.context, job);
  const chosen = weightiest(points, POINTS[request.length]);
  for (const point of chosen) {
    if (point.answerTo) await sayPoint(point.answerTo, job);
    await sayPoint(point, job);
  }
  if (job.cleaner.length === 0) sayLast(window.lines, job);
}

/** "About …", in words of the chat. */
async function sayTopic(lines: readonly Line[], context: Uint8Array | undefined, job: Job): Promise<void> {
  const lattice = topicLattice(lines, job);
  if (!lattice) return;
  const size = lines.reduce((sum, line) => sum + line.tokens.length, 0);
  const before = context ? oneLine(context.subarray(0, 1024), job.arena) : new Uint8Array(0);
  const prompt = new Prompt(job.voice.tokenizer, job.arena, size + before.length + 64).open('user');
  if (before.length > 0) prompt.text(utf8('Earlier: ')).text(before).text(utf8('\n'));
  for (const line of lines) prompt.tokenized(line.tokens);
  await job.voice.read(job.prefixes.topic, prompt.close().open('assistant').tokens);
  await job.say(lattice);
  job.cleaner.endLine();
}

/** Up to three phrases of the chat with little words between them; undefined if the chat has no words for it. */
function topicLattice(lines: readonly Line[], job: Job): Lattice | undefined {
  const bytes = lines.reduce((sum, { text }) => sum + text.length, 0);
  const lattice = job.lattice(8 * bytes + 256, 2 * MAX_TOPIC_WORDS + 64);
  lattice.slot().option(about);
  lattice.slot().option(nothing);
  for (const word of articles) lattice.option(word);
  lattice.slot();
  if (addPhrases(lines, lattice, job) < 3) return undefined;
  lattice.mayLeave().slot();
  for (const word of joints) lattice.option(word);
  const [article, phrase, joint] = [1, 2, 3];
  lattice.again(article).again(phrase).mayLeave().again(joint).again(article).again(phrase);
  lattice.slot().option(stop);
  return lattice;
}

/** Adds words that can be a topic, and pairs of them that stand together. Returns how many options they are. */
function addPhrases(lines: readonly Line[], lattice: Lattice, job: Job): number {
  let count = 0;
  // The newest messages come first: if not all words of a long chat find room, theirs do.
  for (const { text } of lines.toReversed()) {
    let before: Word | undefined;
    for (const word of wordsOf(text)) {
      const topical = isTopical(text, word);
      const pair =
        topical && before && before.end === before.to && before.end + 1 === word.start ? before : undefined;
      for (const first of pair ? [word, pair] : [word]) {
        if (!topical || count === MAX_TOPIC_WORDS) continue;
        const phrase = job.arena.bytes(word.to - first.from + 1);
        phrase[0] = 0x20;
        phrase.set(text.subarray(first.from, word.to), 1);
        lattice.option(phrase);
        count++;
      }
      before = topical ? word : undefined;
    }
  }
  return count;
}

function isTopical(text: Uint8Array, { from, to }: Word): boolean {
  const fits = to - from >= 3 && to - from <= 24;
  return fits && !notTopical.has(text, from, to) && !hasDigit(text, from, to);
}

async function sayPoint(point: Point, job: Job): Promise<void> {
  const { text, sender, tokens } = point.line;
  const lattice = job.lattice(2 * text.length + sender.length + 64, 2 * text.length + 8);
  retell(lattice, point, job.arena);
  const prompt = new Prompt(job.voice.tokenizer, job.arena, tokens.length + 64);
  prompt.open('user').tokenized(tokens.subarray(0, MAX_POINT_TOKENS)).close().open('assistant');
  await job.voice.read(job.prefixes.point, prompt.tokens);
  job.cleaner.text(bullet);
  await job.say(lattice);
  job.cleaner.endLine();
}

/** Where the chat has nothing that can be told, its last message says more than silence. */
function sayLast(lines: readonly Line[], job: Job): void {
  const line = lines.at(-1);
  if (!line) return;
  job.fellBack();
  job.cleaner.text(line.sender);
  job.cleaner.text(utf8(': '));
  job.cleaner.text(line.text);
  job.cleaner.endLine();
}
