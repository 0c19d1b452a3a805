/** A summary: a few sentences of the model's own about the newest messages that fit. */
import { type Introduction, promptAfter } from './introduction.js';
import type { Job } from './job.js';
import type { Example, Prompt } from './prompt.js';
import type { SummarizeRequest } from './request.js';
import { Source } from './source.js';
import { cut, type Line, newestThatFit, textOf } from './window.js';
import { oneLine, utf8 } from './words.js';

const INSTRUCTION =
  'Provide a concise, objective summary of the chat, focusing on who does what, with names, days, times and numbers.';

const QUESTION = 'Summarize this chat.';

const examples: readonly Example[] = [
  {
    given: `Olivia: Is the picnic still happening tomorrow?
Ethan: Yes, 13:00 at Greenwood Park
Olivia: Great, I'll bring salad for eight
Ethan: My brother comes too, he has a grill`,
    answer:
      "The picnic is tomorrow at 13:00 at Greenwood Park. Olivia brings salad for eight. Ethan's brother comes too and has a grill.",
  },
  {
    given: `Mr. Brown: The invoice from Delta is wrong, it says 5,400
Lucy: It should be 4,500, I'll call them
Mr. Brown: Thanks. We have to pay before the 28th`,
    answer:
      'Mr. Brown says the invoice from Delta is wrong. Lucy will call them, because it should be 4,500. They have to pay before the 28th.',
  },
  {
    given: `Anna: guys I lost my keys
Jonah: where did you see them last?
Anna: at the gym I think
Jonah: I'm there now, they have them!`,
    answer: 'Anna lost her keys at the gym. Jonah is there now and says they have them.',
  },
  {
    given: `Julia: The washing machine comes on Thursday at 10
Paul: I can open the door, but I have to leave at 11:30
Julia: That's fine. Who helps with the stairs?
Paul: Maria does, she is strong`,
    answer:
      'The washing machine comes on Thursday at 10. Paul opens the door and has to leave at 11:30, and Maria helps with the stairs.',
  },
];

/** What all summaries' prompts begin with. */
export const introduceSummaries = (prompt: Prompt): Prompt =>
  prompt.turns(
    INSTRUCTION,
    examples.map(({ given, answer }) => ({ given: `${given}\n\n${QUESTION}`, answer })),
  );

const LIMITS = {
  short: { maxSentences: 3, maxTokens: 120, maxBytes: 1024 },
  medium: { maxSentences: 6, maxTokens: 240, maxBytes: 2048 },
} as const;

/** Of an earlier summary, more than this is left out. */
const MAX_CONTEXT_BYTES = 1024;

/** How much the chat's own words are preferred: e^2.5 times likelier. */
const LEANING = 2.5;

/** The newest messages that are the answer where the model has none. */
const LAST_RESORT = 3;

export async function summarize(
  request: SummarizeRequest,
  job: Job,
  introduction: Introduction,
  maxPositions: number,
): Promise<void> {
  const limits = LIMITS[request.length];
  const context = oneLine(cut(request.context ?? new Uint8Array(0), MAX_CONTEXT_BYTES), job.arena);
  const taken = introduction.tokens.length + context.length + limits.maxTokens + 128;
  const window = newestThatFit(request.messages, {
    first: request.unreadFrom ?? 0,
    maxTokens: maxPositions - taken,
    tokenizer: job.model.tokenizer,
    secrets: job.arena,
  });
  if (window.dropped > 0) job.emit({ kind: 'notice', notice: 'messages-dropped', count: window.dropped });
  const prompt = promptAfter(introduction, job, window.tokens + context.length + 128).open('user');
  if (context.length > 0) prompt.text(utf8('Earlier: ')).text(context).text(utf8('\n'));
  for (const line of window.lines) prompt.tokenized(line.tokens);
  prompt
    .text(utf8(`\n${QUESTION}`))
    .close()
    .open('assistant');
  const summary = await job.answer({
    prompt: prompt.tokens,
    prefix: introduction.cache,
    source: new Source(textOf(window.lines, context, job.arena), job.model.marks, job.arena),
    maxTokens: limits.maxTokens,
    // More sentences than the chat has messages would be invented.
    limits: { ...limits, maxSentences: Math.min(limits.maxSentences, window.lines.length) },
    leaning: LEANING,
    sampling: job.lucky
      ? { kind: 'sample', temperature: 0.3, topP: 0.9, seed: job.seed }
      : { kind: 'greedy' },
    repetitionPenalty: 1.1,
    unlabelled: true,
    emit: (text) => job.say(text),
  });
  if (summary.length === 0) sayNewest(window.lines, job);
}

/** The newest messages as they are say more than silence. */
function sayNewest(lines: readonly Line[], job: Job): void {
  job.fellBack();
  job.say(textOf(lines.slice(-LAST_RESORT), new Uint8Array(0), job.arena));
}
