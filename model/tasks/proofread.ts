/** Proofreading, sentence by sentence: the model writes each again, and may not change much. */
import { editRatio, keepsNumbersAndNames } from './faithful.js';
import { answerTo } from './faithful-answer.js';
import type { Introduction } from './introduction.js';
import type { Job } from './job.js';
import { eachPiece } from './pieces.js';
import type { Prompt } from './prompt.js';
import type { ProofreadRequest } from './request.js';

const INSTRUCTION = 'You correct messages.';
const REQUEST = 'Write messages again with correct spelling and grammar. Change nothing else.';

const examples: readonly (readonly [wrong: string, right: string])[] = [
  ['i dont know were he is', "I don't know where he is."],
  ['She go to school every day', 'She goes to school every day.'],
  ['Their going too the park tomorow', "They're going to the park tomorrow."],
  ['can you recieve teh package for me', 'Can you receive the package for me?'],
  ['The meeting is on Monday at 10.', 'The meeting is on Monday at 10.'],
  ['its to late to definately decide', "It's too late to definitely decide."],
  ['we was at the cinema with Anna yesterday', 'We were at the cinema with Anna yesterday.'],
  ['Ich komme morgen um zehn', 'Ich komme morgen um zehn.'],
  ['you should of told me that your busy', "You should have told me that you're busy."],
  ['Great, see you then!', 'Great, see you then!'],
];

/** What all prompts for proofreading begin with. */
export const introduceProofreading = (prompt: Prompt): Prompt =>
  prompt.document(
    INSTRUCTION,
    REQUEST,
    examples.map(([wrong, right]) => `Message: ${wrong}\nCorrect: ${right}`),
  );

/** What corrections may amount to, in words for each word. */
const MAX_EDITS = 0.4;

export async function proofread(
  request: ProofreadRequest,
  job: Job,
  introduction: Introduction,
): Promise<void> {
  await eachPiece(request.text, 1, job, (sentence) =>
    answerTo(sentence, job, introduction, {
      attempts: 2,
      before: 'Message: ',
      behind: '\nCorrect:',
      repetitionPenalty: 1,
      accepts: (answer) =>
        keepsNumbersAndNames(sentence, answer) && editRatio(sentence, answer, job.arena) <= MAX_EDITS,
    }),
  );
}
