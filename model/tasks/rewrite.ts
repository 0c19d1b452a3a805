/** Rewriting in another tone: the model's own words, as long as it keeps the message's numbers, names and subject. */
import { keepsNumbersAndNames, quotes, says, sharedWords } from './faithful.js';
import { answerTo } from './faithful-answer.js';
import type { Introduction } from './introduction.js';
import type { Job } from './job.js';
import { eachPiece } from './pieces.js';
import type { Prompt } from './prompt.js';
import type { RewriteRequest, Tone } from './request.js';
import { utf8 } from './words.js';

const INSTRUCTION = 'You write messages.';

const requests: Readonly<Record<Tone, string>> = {
  professional: 'Rewrite messages to make them more professional and formal while keeping their content.',
  friendly: 'Rewrite messages to make them more friendly and warm while keeping their content.',
  concise: 'Rewrite messages to make them shorter while keeping their content.',
  funny: 'Rewrite messages to make them funny and playful while keeping their content.',
  supportive: 'Rewrite messages to make them more kind and supportive while keeping their content.',
};

const labels: Readonly<Record<Tone, string>> = {
  professional: 'Professional message',
  friendly: 'Friendly message',
  concise: 'Short message',
  funny: 'Funny message',
  supportive: 'Kind message',
};

/** What is rewritten in the examples. */
const given = [
  "can't make it on friday, my car broke down",
  'send me the report by 5',
  'The exam is on Monday at 9, I am not ready',
  'hey Anna I think that we should maybe move the party to the 12th because of the rain',
  'is the shop open, I need 3 pens',
  'You forgot the milk',
] as const;

const answers: Readonly<Record<Tone, readonly string[]>> = {
  professional: [
    'Unfortunately, I am unable to attend on Friday, as my car has broken down.',
    'Could you please send me the report by 5?',
    'The exam is on Monday at 9, and I do not feel prepared yet.',
    'Dear Anna, I would suggest moving the party to the 12th because of the rain.',
    'Could you please tell me whether the shop is open? I need 3 pens.',
    'I would like to point out that the milk has been forgotten.',
  ],
  friendly: [
    "Hey! My car broke down, so I can't make it on Friday. See you soon!",
    'Hi there! Could you send me the report by 5? Thanks a lot!',
    "Wish me luck, the exam is on Monday at 9 and I'm not ready yet!",
    'Hey Anna! What do you think about moving the party to the 12th because of the rain?',
    'Hello! Is the shop open? I would love to get 3 pens. Thank you!',
    'Hey, I think you forgot the milk, no worries!',
  ],
  concise: [
    "Can't come Friday, car broke down.",
    'Report by 5, please.',
    'Exam Monday at 9, not ready.',
    'Anna, party on the 12th because of rain?',
    'Shop open? Need 3 pens.',
    'You forgot milk.',
  ],
  funny: [
    "My car has decided to retire early, so I can't make it on Friday!",
    'Send me the report by 5, or I will have to make one up with crayons!',
    'The exam is on Monday at 9, and my brain is still on holiday!',
    'Hey Anna, unless we all grow fins, we should move the party to the 12th because of the rain!',
    'Is the shop open? My life depends on 3 pens!',
    'You forgot the milk, and now my coffee is crying!',
  ],
  supportive: [
    "My car broke down, so I can't make it on Friday, but I will be thinking of you!",
    "Please send me the report by 5 if you can. You're doing great!",
    "The exam is on Monday at 9. I'm not ready yet, but we can do this together!",
    "Hey Anna, let's move the party to the 12th because of the rain. It will be wonderful!",
    'Is the shop open? I need 3 pens. Thank you so much!',
    'You forgot the milk, but that can happen to anyone. We will be fine!',
  ],
};

/** What prompts for a tone begin with. */
export const introduceTone = (tone: Tone) => (prompt: Prompt) =>
  prompt.document(
    INSTRUCTION,
    requests[tone],
    given.map((text, i) => `Message: ${text}\n${labels[tone]}: ${answers[tone][i]!}`),
  );

/** Sentences are rewritten together until they have so many tokens: a small model loses the thread of more. */
const PIECE_TOKENS = 64;

/** Of the message's longer words, those that have to be left: else it is another message. */
const MIN_SHARED = 0.6;

/** Small models mistake the writer's things for the reader's; what isn't English never says this. */
const YOU = utf8('you');
const YOUR = utf8('your');

export async function rewrite(request: RewriteRequest, job: Job, introduction: Introduction): Promise<void> {
  const examples = utf8(answers[request.tone].join('\n'));
  await eachPiece(request.text, PIECE_TOKENS, job, (piece) =>
    answerTo(piece, job, introduction, {
      attempts: 4,
      before: 'Message: ',
      behind: `\n${labels[request.tone]}:`,
      repetitionPenalty: 1.1,
      leaning: 1,
      accepts: (answer) =>
        keepsNumbersAndNames(piece, answer) &&
        sharedWords(piece, answer) >= MIN_SHARED &&
        !quotes(answer, examples, piece) &&
        (!says(answer, YOUR) || says(piece, YOU) || says(piece, YOUR)),
    }),
  );
}
