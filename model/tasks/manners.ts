/** What makes a tone: words to exchange, words to leave out, and what can be said before and behind a message. */
import type { Tone } from './request.js';
import type { Situation } from './situation.js';
import { WordTable, wordSet } from './word-table.js';
import { utf8 } from './words.js';

/** What can be said around a message in each situation; `other` where nothing is said of it. */
export type Remarks = { readonly [situation in Situation]?: readonly string[] } & {
  readonly other: readonly string[];
};

export interface Manner {
  readonly before: Remarks;
  readonly behind: Remarks;
  readonly words: WordTable<Uint8Array>;
  readonly dropped: WordTable<true>;
  /** What turns an order ("Send me …") into a question. */
  readonly request: Uint8Array | undefined;
  /** Without emoji, and with one mark where there are many. */
  readonly plain: boolean;
}

const table = (entries: string): WordTable<Uint8Array> =>
  new WordTable(
    entries.split(/\s+/).map((entry) => {
      const [word = '', by = ''] = entry.split('=');
      return [word, utf8(by.replaceAll('_', ' '))] as const;
    }),
  );

const shorthand =
  "u=you ur=your r=are pls=please plz=please thx=thanks ty=thank_you tmrw=tomorrow msg=message bc=because cuz=because w/=with ppl=people idk=I_don't_know";

const formal = `${shorthand} thanks=thank_you hey=hello hi=hello yeah=yes yep=yes nope=no ok=all_right okay=all_right kids=children mom=mother
  dad=father guys=everyone asap=as_soon_as_possible can't=cannot don't=do_not doesn't=does_not didn't=did_not won't=will_not isn't=is_not
  aren't=are_not wasn't=was_not couldn't=could_not wouldn't=would_not shouldn't=should_not haven't=have_not i'm=I_am i'll=I_will
  i've=I_have i'd=I_would it's=it_is that's=that_is we're=we_are we'll=we_will you're=you_are they're=they_are let's=let_us stuff=matters
  gonna=going_to wanna=want_to`;

const nothing: Remarks = { other: [] };

const professionalBehind: Remarks = {
  question: ['Thank you in advance.', 'I look forward to your answer.'],
  openQuestion: ['Thank you in advance.', 'I look forward to your answer.'],
  request: ['Thank you in advance.', 'I appreciate your help.'],
  badNews: ['I apologize for any inconvenience.', 'Thank you for your understanding.'],
  thanks: ['Kind regards.', 'I appreciate it very much.'],
  other: ['Kind regards.', 'Please let me know if you have any questions.'],
};

const friendlyBehind: Remarks = {
  question: ['Thanks a lot! 😊', 'No rush! 😊'],
  openQuestion: ['Thanks a lot! 😊', 'No rush! 😊'],
  request: ['Thanks a lot! 😊', "You're the best! 😊"],
  badNews: ['Talk soon! 😊', 'Hope to see you soon! 😊'],
  thanks: ["You're the best! 😊", 'That made my day! 😊'],
  other: ['Have a lovely day! 😊', 'Talk soon! 😊', 'See you soon! 😊'],
};

const funnyBehind: Remarks = {
  question: ['I pay in cookies! 🍪', 'Asking for a friend. 😄'],
  openQuestion: ['Asking for a friend. 😄', 'My crystal ball is broken. 🔮'],
  request: ['I pay in cookies! 🍪', 'Superheroes welcome! 🦸'],
  badNews: [
    'On the bright side, there is still cake. 🍰',
    'What could possibly go wrong next? 😅',
    'Time for emergency chocolate. 🍫',
  ],
  thanks: ["I'm doing a little happy dance! 💃", 'You have earned a statue! 🗿'],
  other: ['Send snacks! 🍕', 'No unicorns were harmed. 🦄', 'My inner sloth agrees. 🦥'],
};

const supportiveBehind: Remarks = {
  question: ['No pressure at all. 💛', 'Take all the time you need. 💛'],
  openQuestion: ['No pressure at all. 💛', 'Take all the time you need. 💛'],
  request: ['Take all the time you need. 💛', 'Tell me if I can help. 💛'],
  badNews: ['We will find a way together. 💛', 'It will be okay. 💛', "Let's be kind to ourselves. 💛"],
  thanks: ['It means a lot to me. 💛', 'I really appreciate you. 💛'],
  other: ["I'm here if you need anything. 💛", 'You can count on me. 💛'],
};

export const manners: Readonly<Record<Tone, Manner>> = {
  professional: {
    before: nothing,
    behind: professionalBehind,
    words: table(formal),
    dropped: wordSet('omg lol haha hahaha wow ugh yay dude bro just hey hi hello'),
    request: utf8('Could you please'),
    plain: true,
  },
  friendly: {
    before: { thanks: ['Aww!', 'Hey!'], other: ['Hey!', 'Hi there!'] },
    behind: friendlyBehind,
    words: table(shorthand),
    dropped: wordSet('hey hi hello'),
    request: utf8('Could you'),
    plain: false,
  },
  concise: {
    before: nothing,
    behind: nothing,
    words: table(shorthand),
    dropped:
      wordSet(`just really very basically actually literally maybe possibly probably honestly so well hey hi hello lol haha omg quite
      somehow somewhat simply totally absolutely certainly perhaps kinda`),
    request: undefined,
    plain: true,
  },
  funny: {
    before: {
      question: [],
      openQuestion: [],
      request: [],
      thanks: [],
      other: ['Breaking news:', 'Drum roll, please:', 'Plot twist:'],
    },
    behind: funnyBehind,
    words: table(shorthand),
    dropped: wordSet('hey hi hello'),
    request: undefined,
    plain: false,
  },
  supportive: {
    before: nothing,
    behind: supportiveBehind,
    words: table(`${shorthand} bad=not_quite_there stupid=tricky wrong=not_right_yet`),
    dropped: wordSet('hey hi hello'),
    request: utf8('When you have a moment, could you'),
    plain: false,
  },
};
