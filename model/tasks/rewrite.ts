/** Rewriting in another tone: the model's own words, as long as it keeps the message's numbers and names. */

import { keepsNumbersAndNames } from './faithful.js';
import { answerTo } from './faithful-answer.js';
import type { Introduction } from './introduction.js';
import type { Job } from './job.js';
import { eachPiece } from './pieces.js';
import type { Example } from './prompt.js';
import type { RewriteRequest, Tone } from './request.js';

export const rewriteInstruction = (tone: Tone): string => instructions[tone];

const instructions: Readonly<Record<Tone, string>> = {
  professional: 'Rewrite the message so that it is polite and professional. Keep its meaning.',
  friendly: 'Rewrite the message so that it is warm and friendly. Keep its meaning.',
  concise: 'Rewrite the message with fewer words. Keep its meaning.',
  funny: 'Rewrite the message so that it is funny. Keep its meaning.',
  supportive: 'Rewrite the message so that it is kind and supportive. Keep its meaning.',
};

/** What is rewritten in the examples. */
const given = [
  "can't make it on friday, my car broke down",
  'send me the report by 5',
  'The exam is on Monday at 9, I am not ready',
  'hey Kira I think that we should maybe move the party to the 12th because of the rain',
  'Your text is too long',
] as const;

const answers: Readonly<Record<Tone, readonly string[]>> = {
  professional: [
    'Unfortunately, I am unable to attend on Friday, as my car has broken down.',
    'Could you please send me the report by 5?',
    'The exam is on Monday at 9, and I do not feel sufficiently prepared.',
    'Dear Kira, I would suggest moving the party to the 12th because of the rain.',
    'I would recommend shortening your text.',
  ],
  friendly: [
    "Hi! I'm so sorry, I can't make it on Friday, my car broke down.",
    'Hi there! Could you send me the report by 5? Thanks a lot!',
    "Wish me luck, the exam is on Monday at 9 and I'm not ready yet!",
    'Hey Kira! What do you think about moving the party to the 12th because of the rain?',
    'I really like your text, it would be even nicer if it was a bit shorter!',
  ],
  concise: [
    "Can't come on Friday, car broke down.",
    'Report by 5, please.',
    'Exam Monday at 9, not ready.',
    'Kira, party on the 12th because of rain?',
    'Text too long.',
  ],
  funny: [
    "My car has decided to retire early, so I can't make it on Friday!",
    'Send me the report by 5, or I will have to make one up with crayons!',
    'The exam is on Monday at 9, and my brain is still on holiday!',
    'Hey Kira, unless we all grow fins, we should move the party to the 12th because of the rain!',
    'Your text is so long that my coffee got cold, twice!',
  ],
  supportive: [
    "I'm really sorry that I can't make it on Friday, my car broke down. I'm thinking of you!",
    "Whenever you are ready, please send me the report by 5. You're doing great!",
    "The exam is on Monday at 9. I'm not ready, but we will get through this together!",
    "Hey Kira, let's move the party to the 12th because of the rain. It will be wonderful!",
    'You put a lot of work into your text. A bit shorter, and it will be perfect!',
  ],
};

export const rewriteExamples = (tone: Tone): readonly Example[] =>
  given.map((text, i) => ({ given: text, answer: answers[tone][i]! }));

export async function rewrite(request: RewriteRequest, job: Job, introduction: Introduction): Promise<void> {
  await eachPiece(request.text, PIECE_TOKENS, job, (piece) =>
    answerTo(piece, job, introduction, {
      repetitionPenalty: 1.1,
      accepts: (answer) => keepsNumbersAndNames(piece, answer),
    }),
  );
}

/** Sentences are rewritten together until they have so many tokens: a small model loses the thread of more. */
const PIECE_TOKENS = 96;
