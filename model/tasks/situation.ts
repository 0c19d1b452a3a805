/** What kind of message it is that somebody answers or sends, as far as its words tell. */
import { imperatives, questionWords, timeWords } from './english.js';
import { WordTable } from './word-table.js';
import { hasDigit, wordsOf } from './words.js';

export type Situation =
  | 'question'
  | 'openQuestion'
  | 'request'
  | 'thanks'
  | 'badNews'
  | 'funny'
  | 'goodNews'
  | 'offer'
  | 'plan'
  | 'other';

type Cue = 'thanks' | 'badNews' | 'funny' | 'goodNews' | 'offer' | 'open' | 'please';

const cues = new WordTable<Cue>(
  Object.entries({
    thanks: 'thanks thank thx lifesaver gracias danke merci',
    badNews: `sick ill hurt hurts hurting broken broke lost cancelled canceled fever hospital failed fail late delayed stuck tired hate sad died
      accident problem missed miss stolen can't cannot cant won't sorry unfortunately wrong bad worst down overbooked flooded`,
    funny: 'haha hahaha lol lmao 😂 🤣 😅',
    goodNews: `congrats congratulations passed won finally great amazing awesome fantastic wonderful birthday engaged married born perfect love
      green works success 🎉 🥳 ❤️ 🙌 👑`,
    offer: "i'll i'm can bring have could take pick lend help got",
    open: "what what's when where who how why which",
    please: 'please pls plz',
  } satisfies Record<Cue, string>).flatMap(([cue, words]) =>
    words.split(/\s+/).map((word) => [word, cue as Cue] as const),
  ),
);

/** In this order: the first cue that the message has decides. */
const byCue = ['thanks', 'badNews', 'funny', 'goodNews'] as const;

export function situationOf(text: Uint8Array): Situation {
  const found = new Set<Cue>();
  let timed = false;
  let self = false;
  for (const { start, end, from, to } of wordsOf(text)) {
    const cue = from < to ? cues.get(text, from, to) : cues.get(text, start, end);
    if (cue) found.add(cue);
    timed ||= from < to && (hasDigit(text, from, to) || timeWords.has(text, from, to));
    self ||=
      to - from <= 4 &&
      (text[from] === 0x49 || text[from] === 0x69) &&
      (to === from + 1 || text[from + 1] === 0x27);
  }
  const [first] = wordsOf(text);
  const asks = first !== undefined && questionWords.has(text, first.from, first.to);
  const orders = first !== undefined && imperatives.has(text, first.from, first.to);
  if (text.includes(0x3f) || asks) return found.has('open') ? 'openQuestion' : 'question';
  if (orders || found.has('please')) return 'request';
  const cue = byCue.find((one) => found.has(one));
  if (cue) return cue;
  if (self && found.has('offer')) return 'offer';
  return timed ? 'plan' : 'other';
}
