/** An answer that has to be faithful to a piece of the user's text, or else the text itself. */
import type { Sampling } from '../engine/index.js';
import { type Introduction, promptAfter } from './introduction.js';
import type { Job } from './job.js';
import { Source } from './source.js';
import { saysSomething } from './words.js';

export interface Faith {
  readonly repetitionPenalty: number;
  readonly accepts: (answer: Uint8Array) => boolean;
}

const RETRY_TEMPERATURE = 0.6;

/** What the model makes of the piece, at the second attempt if need be; the piece as it is if both are unacceptable. */
export async function answerTo(
  piece: Uint8Array,
  job: Job,
  introduction: Introduction,
  { repetitionPenalty, accepts }: Faith,
): Promise<Uint8Array> {
  const prompt = promptAfter(introduction, job, piece.length)
    .open('user')
    .text(piece)
    .close()
    .open('assistant');
  const source = new Source(piece, job.model.marks, job.arena);
  const size = prompt.tokens.length - introduction.tokens.length;
  const sample: Sampling = { kind: 'sample', temperature: RETRY_TEMPERATURE, topP: 0.9, seed: job.seed };
  for (const sampling of [
    job.lucky ? sample : ({ kind: 'greedy' } as const),
    { ...sample, seed: job.seed + 1 },
  ]) {
    const answer = await job.answer({
      prompt: prompt.tokens,
      prefix: introduction.cache,
      source,
      maxTokens: 2 * size + 32,
      limits: { maxBytes: 3 * piece.length + 256, maxSentences: Number.POSITIVE_INFINITY },
      sampling,
      repetitionPenalty,
    });
    if (saysSomething(answer) && accepts(answer)) return answer;
  }
  job.fellBack();
  return piece;
}
