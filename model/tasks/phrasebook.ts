/** Short answers by language and situation: three lists, and each suggestion comes from another one. */
import type { Situation } from './situation.js';

export type Language = 'english' | 'spanish' | 'german' | 'french' | 'other';

export type Triple = readonly [readonly string[], readonly string[], readonly string[]];

/** A language knows at least what to answer to a question and to anything else. */
export type Phrases = { readonly [situation in Situation]?: Triple } & {
  readonly question: Triple;
  readonly other: Triple;
};

const english: Phrases = {
  question: [
    [
      'Yes, sounds good!',
      'Yes, I can do that.',
      'Sure, no problem.',
      "Yes, I'd love to!",
      'Yes, that works for me.',
    ],
    ["Sorry, I can't.", "Sorry, that doesn't work for me.", 'No, not this time.', 'No, not yet.'],
    ["I'll check and let you know.", 'Let me think about it.', 'Can I tell you later?'],
  ],
  openQuestion: [
    ["I'll check and tell you.", "I'm not sure yet, I'll let you know.", 'Good question, let me look.'],
    ["Sorry, I don't know.", 'No idea, sorry!'],
    ['What would you prefer?', 'What do you think?', 'Do you have an idea?'],
  ],
  request: [
    ["Sure, I'll do it.", 'Of course, no problem.', "Yes, I'll take care of it.", 'Will do!'],
    ["Sorry, I can't right now.", "I'm afraid I don't have time.", 'Could someone else do it?'],
    ['When do you need it?', 'Is tomorrow okay?', 'How urgent is it?'],
  ],
  thanks: [
    ["You're welcome!", 'Anytime!', 'My pleasure!'],
    ['No problem at all.', 'Happy to help!', "Don't mention it."],
    ['Do you need anything else?', 'Is everything okay now?'],
  ],
  badNews: [
    ["Oh no, I'm sorry to hear that.", "That's too bad.", 'Oh no!'],
    ['No problem, take your time.', 'I hope it gets better soon.', "Don't worry about it."],
    ['Can I help with anything?', 'What happened?', 'Are you okay?'],
  ],
  funny: [
    ['Haha, I love it!', "Haha, that's great!", 'That made my day!'],
    ['😂', 'Oh no, haha!', "You're too funny."],
    ['Did that really happen?', 'What happened next?'],
  ],
  goodNews: [
    ["That's great news!", 'Congratulations!', 'Wonderful!', 'Perfect!'],
    ["I'm so happy to hear that!", 'Well done!', 'Thank you!'],
    ['How did it go?', 'When do we celebrate?', 'Can I do anything?'],
  ],
  offer: [
    ['Perfect, thank you!', 'That would be great, thanks!', 'Thank you so much!'],
    ['Sounds good!', 'Great idea!', 'Okay, got it.'],
    ['Do you need any help?', 'When would that be?', 'Can I do anything?'],
  ],
  plan: [
    ['Great, see you then!', "Okay, I'll be there!", 'Perfect, that works for me.'],
    ['Thanks for letting me know.', 'Okay, got it.', 'Noted, thanks!'],
    ['Should I bring something?', 'Is that fixed?', 'Can we make it a bit later?', 'Who else is coming?'],
  ],
  other: [
    ['Okay, got it.', 'Sounds good!', 'Good to know, thanks.'],
    ['Thanks for letting me know.', 'I see.', 'Alright!'],
    ['Could you tell me more?', 'Are you sure?', 'Can I help with anything?'],
  ],
};

const spanish: Phrases = {
  question: [
    ['¡Sí, claro!', 'Sí, me viene bien.', '¡Cuenta conmigo!'],
    ['Lo siento, no puedo.', 'Hoy no tengo tiempo.'],
    ['No lo sé todavía, te aviso.', 'Déjame pensarlo.'],
  ],
  other: [
    ['Vale, perfecto.', '¡Qué bien!', 'Vale, entendido.'],
    ['¡Muchas gracias!', '¡Nos vemos!'],
    ['¿A qué hora?', '¿Llevo algo?', '¿Necesitas algo?'],
  ],
};

const german: Phrases = {
  question: [
    ['Ja, gerne!', 'Ja, das passt mir.', 'Klar, kein Problem.'],
    ['Tut mir leid, ich kann nicht.', 'Heute habe ich keine Zeit.'],
    ['Weiß ich noch nicht, ich melde mich.', 'Ich überlege es mir.'],
  ],
  other: [
    ['Alles klar.', 'Das freut mich!', 'Gut zu wissen.'],
    ['Vielen Dank!', 'Bis dann!'],
    ['Um wie viel Uhr?', 'Soll ich etwas mitbringen?', 'Brauchst du etwas?'],
  ],
};

const french: Phrases = {
  question: [
    ['Oui, avec plaisir !', 'Oui, ça me va.', "D'accord, pas de problème."],
    ['Désolé, je ne peux pas.', "Je n'ai pas le temps aujourd'hui."],
    ['Je ne sais pas encore, je te dirai.', 'Laisse-moi réfléchir.'],
  ],
  other: [
    ["D'accord, compris.", 'Super !', 'Bonne idée !'],
    ['Merci beaucoup !', 'À bientôt !'],
    ['À quelle heure ?', "J'apporte quelque chose ?", 'Tu as besoin de quelque chose ?'],
  ],
};

/** Understood everywhere: better than an answer in a language that the chat is not in. */
const other: Phrases = {
  question: [
    ['👍', '👌'],
    ['🙏', '😕'],
    ['🤔', '⏳'],
  ],
  other: [
    ['👍', '👌'],
    ['❤️', '😊'],
    ['❓', '🤔'],
  ],
};

export const phrasebook: Readonly<Record<Language, Phrases>> = { english, spanish, german, french, other };
