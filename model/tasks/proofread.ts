/**
 * Proofreading: each word that looks wrong is weighed against words that it may have been meant to be, within its whole
 * sentence. Nothing else can change: neither the order of words nor a name or number.
 */
import { correct, endMark } from './correction.js';
import type { Job } from './job.js';
import { languageOf } from './language.js';
import { type Example, Prompt } from './prompt.js';
import type { ProofreadRequest } from './request.js';
import { oneLine, sentencesOf, utf8 } from './words.js';

export const proofreadInstruction = 'Write the message again, with correct spelling and grammar.';

export const proofreadExamples: readonly Example[] = [
  { given: 'i dont know were he is', answer: "I don't know where he is." },
  { given: 'She go to school every day', answer: 'She goes to school every day.' },
  { given: 'Their going too the park tomorow', answer: "They're going to the park tomorrow." },
  { given: 'can you recieve teh package for me', answer: 'Can you receive the package for me?' },
  { given: 'The meeting is on Monday at 10.', answer: 'The meeting is on Monday at 10.' },
  { given: 'its to late to definately decide', answer: "It's too late to definitely decide." },
];

/** The model weighs this many bytes of a text; what is longer gets the certain corrections alone. */
const MAX_WEIGHED_BYTES = 2048;
const MAX_SENTENCE_BYTES = 320;
const LF = 0x0a;

export async function proofread(request: ProofreadRequest, job: Job): Promise<void> {
  const { tokenizer } = job.voice;
  // The message itself is not read: it would talk the model into its mistakes.
  await job.voice.read(job.prefixes.proofread, new Prompt(tokenizer, job.arena, 16).open('assistant').tokens);
  let weighed = 0;
  for (const line of linesOf(request.text)) {
    const text = oneLine(line, job.arena);
    const english = languageOf(text) === 'english';
    for (const { start, end } of sentencesOf(text)) {
      const sentence = text.subarray(start, end);
      const weigh = english && weighed < MAX_WEIGHED_BYTES && sentence.length <= MAX_SENTENCE_BYTES;
      weighed += sentence.length;
      if (start > 0) job.cleaner.text(utf8(' '));
      if (!english || !weigh) job.fellBack();
      const corrected = english ? await correct(sentence, job, weigh) : sentence;
      job.cleaner.text(corrected);
      if (english) job.cleaner.text(endMark(corrected));
    }
    job.cleaner.endLine();
  }
}

/** The lines of a text, without their ends. */
export function* linesOf(text: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at <= text.length; ) {
    let end = text.indexOf(LF, at);
    if (end < 0) end = text.length;
    yield text.subarray(at, end);
    at = end + 1;
  }
}
