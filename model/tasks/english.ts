/** What the tasks know of English: short lists, asked with bytes. None of them ever meets a user's text as a string. */
import { WordTable, wordSet } from './word-table.js';
import { utf8 } from './words.js';

/** Words so common that a text with one or more in five of them is English. */
export const common =
  wordSet(`the a an and or but if of to in on at for with from by is are was were be been am have has had do does did
  don't didn't doesn't isn't aren't wasn't can can't could will won't would should i i'm i'll i've i'd you you're your he he's she she's it it's
  its we we're we'll our they they're their my me us him her them this that that's these those there here what what's when where who how why
  which not no yes ok okay please thanks thank just so too very all some any get got go going need want let's let bring send take make
  today tomorrow tonight about after before until then now back up out im dont cant u`);

/** Words that open a message and say nothing. */
export const fillers =
  wordSet(`ok okay yes yeah yep yup yesss no nope nah hey hi hello oh omg wow haha hahaha lol well so and but btw thanks thx
  great perfect nice cool amazing sure deal good fine right totally noted done congrats ahh hmm please guys noooo ugh argh`);

/** How the words of a speaker sound when another tells them. */
const persons: readonly (readonly [string, string])[] = [
  ['i', 'they'],
  ["i'm", "they're"],
  ['im', "they're"],
  ["i'll", "they'll"],
  ["i've", "they've"],
  ["i'd", "they'd"],
  ['am', 'are'],
  ['my', 'their'],
  ['me', 'them'],
  ['mine', 'theirs'],
  ['myself', 'themselves'],
  ['we', 'they'],
  ["we're", "they're"],
  ["we'll", "they'll"],
  ["we've", "they've"],
  ["we'd", "they'd"],
  ['us', 'them'],
  ['our', 'their'],
  ['ours', 'theirs'],
  ["let's", 'to'],
];
export const thirdPerson = new WordTable(persons.map(([word, told]) => [word, utf8(told)] as const));

/** The first word of a statement about oneself, and the verb that replaces it behind a name. */
export const selfOpeners = new WordTable(
  (
    [
      ["i'll", 'will'],
      ["i'm", 'is'],
      ['im', 'is'],
      ["i've", 'has'],
      ["i'd", 'would'],
    ] as const
  ).map(([word, told]) => [word, utf8(told)] as const),
);

/** Verbs that change after a name where they follow `I`. */
export const afterName = new WordTable(
  (
    [
      ['am', 'is'],
      ['have', 'has'],
      ['do', 'does'],
      ["don't", "doesn't"],
      ['dont', "doesn't"],
      ["haven't", "hasn't"],
      ['go', 'goes'],
      ['need', 'needs'],
      ['want', 'wants'],
      ['think', 'thinks'],
      ['know', 'knows'],
      ['hope', 'hopes'],
      ['like', 'likes'],
      ['love', 'loves'],
      ['bring', 'brings'],
      ['take', 'takes'],
      ['make', 'makes'],
      ['pick', 'picks'],
      ['send', 'sends'],
      ['write', 'writes'],
      ['leave', 'leaves'],
      ['buy', 'buys'],
      ['come', 'comes'],
      ['drive', 'drives'],
      ['start', 'starts'],
      ['work', 'works'],
      ['say', 'says'],
      ['tell', 'tells'],
      ['wait', 'waits'],
      ['pay', 'pays'],
      ['cook', 'cooks'],
      ['hate', 'hates'],
      ['live', 'lives'],
      ['see', 'sees'],
      ['call', 'calls'],
      ['bike', 'bikes'],
      ['get', 'gets'],
      ['feel', 'feels'],
      ['ask', 'asks'],
      ['meet', 'meets'],
      ['read', 'reads'],
      ['join', 'joins'],
      ['play', 'plays'],
      ['stay', 'stays'],
      ['use', 'uses'],
      ['agree', 'agrees'],
      ['prefer', 'prefers'],
      ['mean', 'means'],
      ['wish', 'wishes'],
    ] as const
  ).map(([word, told]) => [word, utf8(told)] as const),
);

/** Words that, right after `I`, stay as they are behind a name. */
export const unchanged =
  wordSet(`can can't cant could couldn't will won't would wouldn't should must might may was wasn't had hadn't did didn't
  already just never really also still only`);

/** Verbs that open a request: "Bring wine" is told as "says to bring wine". */
export const imperatives =
  wordSet(`bring send call take come pick put give tell ask remember use meet wait let make check keep buy start stop
  turn leave write read look go try add invite book order ring text pack be ignore forward show help`);

/** Words that open a question. */
export const questionWords =
  wordSet(`who what what's when where why how which whose can could will would should shall do does did is are
  was were has have may any anyone`);

/** Words for days and times: they make a sentence worth telling. */
export const timeWords =
  wordSet(`today tomorrow tonight yesterday noon midnight morning afternoon evening monday tuesday wednesday thursday
  friday saturday sunday mon tue wed thu fri sat sun january february march april may june july august september october november december
  weekend week month year hour hours minutes min deadline lunes martes miércoles jueves viernes sábado domingo mañana hoy montag dienstag
  mittwoch donnerstag freitag samstag sonntag morgen heute lundi mardi mercredi jeudi vendredi samedi dimanche demain`);

/** Words for plans, duties, money and changes. */
export const weightyWords =
  wordSet(`will i'll we'll won't can't cannot need needs needed must should bring booked book cancelled canceled cancel moved
  move changed pick pay paid owes cost costs send sent buy bought leave leaves leaving arrive arrives arriving start starts meet meeting broken
  lost found ready ill sick hospital allergic allergy vegetarian doctor closed open off report party birthday ticket tickets keys address price
  offered offer deadline landed rent deposit because instead only new vote agreed decided late early`);

export const negations =
  wordSet(`no not never none nothing nobody without can't cannot don't won't isn't aren't didn't doesn't wasn't couldn't
  wouldn't shouldn't hasn't haven't dont cant wont only unless except`);

/** Words of which a topic is not made. */
export const notTopical =
  wordSet(`yes no ok okay yeah please thanks thank great good nice perfect sure haha lol sorry i me my you your we us our he she
  him her they them their it its this that these those there here is are was were be been am do does did have has had can could will would
  should shall may might must don't can't won't didn't i'm i'll i've i'd you're we're we'll they're it's that's he's she's what's let's what when
  where who how why which if so too very just then than and or but not get got go going come coming bring need want make take put let know
  think see say says said tell told ask asked send start both each some any all more much many about into out up off down over again also only
  one two because well back now first last really still maybe until after before at on in for from with to of by as like im dont cant yet even hey hi
  hello omg guys noted deal done fine right totally amazing wow am pm today tomorrow tonight`);
