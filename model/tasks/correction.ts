/** Corrections of one sentence: the certain ones, and those that the model has to weigh. */

import { tokensOf } from './choice.js';
import { afterName } from './english.js';
import type { Job } from './job.js';
import { isKnownWord, nearWords } from './spelling.js';
import { WordTable, wordSet } from './word-table.js';
import { hasDigit, isCapital, utf8, type Word, wordsOf } from './words.js';

/** Spellings that are always wrong, and what is meant. */
const certain = new WordTable(
  `i=I im=I'm ive=I've dont=don't doesnt=doesn't didnt=didn't cant=can't wont=won't isnt=isn't arent=aren't wasnt=wasn't werent=weren't
   havent=haven't hasnt=hasn't hadnt=hadn't couldnt=couldn't wouldnt=wouldn't shouldnt=shouldn't youre=you're theyre=they're weve=we've youve=you've
   thats=that's whats=what's theres=there's hes=he's shes=she's youll=you'll theyll=they'll i'm=I'm i'll=I'll i've=I've i'd=I'd
   teh=the alot=a_lot definately=definitely definatly=definitely recieve=receive recieved=received tommorow=tomorrow tomorow=tomorrow
   tommorrow=tomorrow tonite=tonight untill=until wich=which becuase=because becouse=because beleive=believe adress=address seperate=separate
   wierd=weird freind=friend thier=their goin=going doin=doing wanna=want_to gonna=going_to gotta=have_to neccessary=necessary
   occured=occurred accomodate=accommodate calender=calendar embarass=embarrass goverment=government libary=library wensday=Wednesday
   monday=Monday tuesday=Tuesday wednesday=Wednesday thursday=Thursday friday=Friday saturday=Saturday sunday=Sunday january=January
   february=February april=April june=June july=July august=August september=September october=October november=November december=December
   english=English german=German french=French spanish=Spanish christmas=Christmas`
    .split(/\s+/)
    .map((entry) => {
      const [wrong = '', right = ''] = entry.split('=');
      return [wrong, utf8(right.replace('_', ' '))] as const;
    }),
);

/** Words that are taken for each other; each may have been meant where one stands. */
const confused = [
  ['its', "it's"],
  ['your', "you're"],
  ['their', 'there', "they're"],
  ['to', 'too'],
  ['then', 'than'],
  ['of', 'have'],
  ['were', 'where', 'was'],
  ['lose', 'loose'],
  ['a', 'an'],
  ['is', 'are'],
  ['was', 'were'],
  ['has', 'have'],
  ['do', 'does'],
  ["don't", "doesn't"],
  ['here', 'hear'],
  ['by', 'buy'],
  ['know', 'now'],
  ['no', 'know'],
  ['whose', "who's"],
  ['affect', 'effect'],
  ['much', 'many'],
  ['write', 'right'],
  ['went', 'gone'],
  ['go', 'goes', 'went'],
  ['me', 'I'],
  ['meet', 'meets', 'meat'],
  ['quiet', 'quite'],
  ['of', 'off'],
  ['lets', "let's"],
];
const alternatives = new WordTable(
  [...new Set(confused.flat())].map((word) => {
    const others = confused
      .filter((set) => set.includes(word))
      .flat()
      .filter((other) => other !== word);
    return [word, others.map(utf8)] as const;
  }),
);
const questionOpeners = wordSet(
  'who what when where why how which can could will would shall should is are do does did has have',
);

/** Nats by which a sentence has to be likelier for a change of a word that exists, and for one of a word that doesn't. */
const MARGIN_KNOWN = 2.5;
const MARGIN_UNKNOWN = -1;

/** The sentence with capital, certain corrections and, for `weigh`, those that the model finds likelier. */
export async function correct(sentence: Uint8Array, job: Job, weigh: boolean): Promise<Uint8Array> {
  let current = withCertain(sentence, job);
  if (!weigh) return current;
  const count = [...wordsOf(current)].length;
  for (let i = 0; i < count; i++) {
    const word = [...wordsOf(current)][i]!;
    const known = isKnownWord(lowered(current, word, job), job.voice.tokenizer, job.arena);
    const candidates = candidatesFor(current, word, known, i === 0, job);
    if (candidates.length === 0) continue;
    let most = (await scoreOf(current, job)) + (known ? MARGIN_KNOWN : MARGIN_UNKNOWN);
    let best = current;
    for (const candidate of candidates) {
      const changed = replaced(current, word, candidate, job);
      const score = await scoreOf(changed, job);
      if (score <= most) continue;
      most = score;
      best = changed;
    }
    current = best;
  }
  return current;
}

/** `.`, or `?` for a question, if the sentence has no mark at its end and is more than a word. */
export function endMark(sentence: Uint8Array): Uint8Array {
  const words = [...wordsOf(sentence)];
  const [first, last] = [words[0], words.at(-1)];
  if (!first || !last || words.length < 3 || last.to !== last.end || hasLinkIn(sentence, last))
    return new Uint8Array(0);
  return utf8(questionOpeners.has(sentence, first.from, first.to) ? '?' : '.');
}

function withCertain(sentence: Uint8Array, job: Job): Uint8Array {
  let current = sentence;
  const count = [...wordsOf(sentence)].length;
  let shift = 0;
  for (let i = 0; i < count; i++) {
    const words = [...wordsOf(current)];
    const word = words[i + shift]!;
    const right = hasLinkIn(current, word) ? undefined : certain.get(current, word.from, word.to);
    if (!right) continue;
    current = replaced(current, word, right, job);
    shift += [...wordsOf(current)].length - words.length;
  }
  const [first] = wordsOf(current);
  if (!first || hasLinkIn(current, first) || current[first.from]! < 0x61 || current[first.from]! > 0x7a)
    return current;
  const copy = job.arena.bytes(current.length);
  copy.set(current);
  copy[first.from] = copy[first.from]! - 0x20;
  return copy;
}

function candidatesFor(
  text: Uint8Array,
  word: Word,
  known: boolean,
  first: boolean,
  job: Job,
): readonly Uint8Array[] {
  const { from, to } = word;
  if (from === to || hasDigit(text, from, to) || hasLinkIn(text, word)) return [];
  const sets = alternatives.get(text, from, to) ?? [];
  const verb = afterName.get(text, from, to);
  const small = lowered(text, word, job);
  // A name is not to be corrected, and nor is a word in another alphabet.
  const spelled = known || (!first && isCapital(text, from, to)) || small.some((b) => b < 0x61 || b > 0x7a);
  const near = spelled ? [] : nearWords(small, job.voice.tokenizer, job.arena);
  const all = [...sets, ...(verb ? [verb] : []), ...near];
  return first ? all.map((candidate) => capitalized(candidate, job)) : all;
}

const hasLinkIn = (text: Uint8Array, word: Word): boolean => {
  const inner = text.subarray(word.start, word.to);
  return inner.includes(0x40) || inner.includes(0x2f) || inner.includes(0x5f) || inner.includes(0x2e);
};

function lowered(text: Uint8Array, word: Word, job: Job): Uint8Array {
  const small = job.arena.bytes(word.to - word.from);
  for (let i = 0; i < small.length; i++) {
    const byte = text[word.from + i]!;
    small[i] = byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte;
  }
  return small;
}

function capitalized(word: Uint8Array, job: Job): Uint8Array {
  const copy = job.arena.bytes(word.length);
  copy.set(word);
  if (copy[0]! >= 0x61 && copy[0]! <= 0x7a) copy[0] = copy[0]! - 0x20;
  return copy;
}

/** The text with the core of a word exchanged. */
export function replaced(text: Uint8Array, word: Word, by: Uint8Array, job: Job): Uint8Array {
  const out = job.arena.bytes(text.length - (word.to - word.from) + by.length);
  out.set(text.subarray(0, word.from));
  out.set(by, word.from);
  out.set(text.subarray(word.to), word.from + by.length);
  return out;
}

const scoreOf = (sentence: Uint8Array, job: Job): Promise<number> =>
  job.voice.score(tokensOf(sentence, job.voice.tokenizer, job.arena));
