/** Proofreading, sentence by sentence: the model writes each again, and may not change much. */
import { editRatio, keepsNumbersAndNames } from './faithful.js';
import { answerTo } from './faithful-answer.js';
import type { Introduction } from './introduction.js';
import type { Job } from './job.js';
import { eachPiece } from './pieces.js';
import type { Example } from './prompt.js';
import type { ProofreadRequest } from './request.js';

export const proofreadInstruction = 'Write the message again, with correct spelling and grammar.';

export const proofreadExamples: readonly Example[] = [
  { given: 'i dont know were he is', answer: "I don't know where he is." },
  { given: 'She go to school every day', answer: 'She goes to school every day.' },
  { given: 'Their going too the park tomorow', answer: "They're going to the park tomorrow." },
  { given: 'can you recieve teh package for me', answer: 'Can you receive the package for me?' },
  { given: 'The meeting is on Monday at 10.', answer: 'The meeting is on Monday at 10.' },
  { given: 'its to late to definately decide', answer: "It's too late to definitely decide." },
  { given: 'we was at the cinema with Kira yesterday', answer: 'We were at the cinema with Kira yesterday.' },
  { given: 'Ich komme morgen um zehn.', answer: 'Ich komme morgen um zehn.' },
];

/** What corrections may amount to, in words for each word. */
const MAX_EDITS = 0.4;

export async function proofread(
  request: ProofreadRequest,
  job: Job,
  introduction: Introduction,
): Promise<void> {
  await eachPiece(request.text, 1, job, (sentence) =>
    answerTo(sentence, job, introduction, {
      repetitionPenalty: 1,
      accepts: (answer) =>
        keepsNumbersAndNames(sentence, answer) && editRatio(sentence, answer, job.arena) <= MAX_EDITS,
    }),
  );
}
