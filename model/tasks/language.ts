import { common } from './english.js';
import type { Language } from './phrasebook.js';
import { wordSet } from './word-table.js';
import { hasDigit, wordsOf } from './words.js';

const sets = [
  ['english', common],
  [
    'spanish',
    wordSet(`el la los las un una de que y en a con por para es está son si sí no me te se lo le nos hoy mañana vale gracias
    qué dónde cuándo cómo pero muy ya tu mi su del al llegamos llevo hay tengo quieres puedes vienes`),
  ],
  [
    'german',
    wordSet(`der die das ein eine einen und ich du er sie es wir ihr ist sind war habe hat haben nicht ja nein mit für auf von zu
    zum zur im in am um bei wie was wo wann wer aber auch noch heute morgen danke bitte kann kannst hast bist mir dir`),
  ],
  [
    'french',
    wordSet(`le la les un une des de du et est sont je tu il elle on nous vous ils ne pas que qui où quand comment avec pour dans
    sur à au aux ce ça oui non merci mais aussi demain moi toi me te se si ou`),
  ],
] as const;

/** The language of most words of a text, by its commonest words; `other` if there are none of them. */
export function languageOf(text: Uint8Array): Language {
  let best: Language = 'other';
  let most = 0;
  for (const [language, set] of sets) {
    let count = 0;
    for (const { from, to } of wordsOf(text)) if (from < to && set.has(text, from, to)) count++;
    if (count > most) {
      most = count;
      best = language;
    }
  }
  return most === 0 && looksLatin(text) ? 'english' : best;
}

/** Whether a short text ("landed", "19:30?") is all ASCII, so that English is the best guess. */
function looksLatin(text: Uint8Array): boolean {
  for (const { from, to } of wordsOf(text)) {
    if (!hasDigit(text, from, to) && text.subarray(from, to).some((byte) => byte >= 0x80)) return false;
  }
  return true;
}
