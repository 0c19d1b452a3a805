/** An answer that has to be faithful to a piece of the user's text, or else the text itself. */
import type { Sampling } from '../engine/index.js';
import { type Introduction, promptAfter } from './introduction.js';
import type { Job } from './job.js';
import { Source } from './source.js';
import { saysSomething, utf8 } from './words.js';

export interface Faith {
  /** How often the model may try. */
  readonly attempts: number;
  /** What stands around the piece in the prompt. */
  readonly before: string;
  readonly behind: string;
  readonly repetitionPenalty: number;
  /** What the piece's longer words gain, as a logit. */
  readonly leaning?: number;
  readonly accepts: (answer: Uint8Array) => boolean;
}

const RETRY_TEMPERATURE = 0.6;

/** What the model makes of the piece, at another attempt if need be; the piece as it is if all are unacceptable. */
export async function answerTo(
  piece: Uint8Array,
  job: Job,
  introduction: Introduction,
  { attempts, before, behind, repetitionPenalty, leaning = 0, accepts }: Faith,
): Promise<Uint8Array> {
  const prompt = promptAfter(introduction, job, before.length + piece.length + behind.length)
    .text(utf8(before))
    .text(piece)
    .text(utf8(behind));
  const source = new Source(piece, job.model.marks, job.arena);
  const size = prompt.tokens.length - introduction.tokens.length;
  for (let attempt = 0; attempt < attempts; attempt++) {
    const answer = await job.answer({
      prompt: prompt.tokens,
      prefix: introduction.cache,
      source,
      maxTokens: 2 * size + 32,
      limits: { maxBytes: 3 * piece.length + 256, maxSentences: Number.POSITIVE_INFINITY },
      sampling: samplingOf(attempt, job),
      repetitionPenalty,
      leaning,
    });
    if (saysSomething(answer) && accepts(answer)) return answer;
  }
  job.fellBack();
  return piece;
}

/** The likeliest answer at first, unless the caller wants another one. */
function samplingOf(attempt: number, job: Job): Sampling {
  if (attempt === 0 && !job.lucky) return { kind: 'greedy' };
  return { kind: 'sample', temperature: RETRY_TEMPERATURE, topP: 0.9, seed: job.seed + attempt };
}
