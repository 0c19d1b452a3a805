/** Chats as people have them: `Name: message` lines, or what WhatsApp exports. */
import { type Chat, ownMessages } from '../client/index.js';
import { CliError } from './error.js';

/** A time stamp as WhatsApp puts it before a name, on Android (`date, time - `) or iOS (`[date, time] `). */
const STAMP =
  /^\u200e?(?:\[?\d{1,4}[./-]\d{1,2}[./-]\d{1,4},? \d{1,2}[:.]\d{2}(?:[:.]\d{2})?(?:[\s\u202f][AaPp]\.?[Mm]\.?)?(?:\]| -) )/u;
const LINE = /^([^:\n]{1,64}): (.*)$/;

/**
 * Reads a chat. A line that begins no message belongs to the one before.
 * @throws CliError `input-not-a-chat` when no line has the form of a message
 */
export function parseChat(text: string): Chat {
  const messages: { sender: string; text: string }[] = [];
  const stamped = text.split('\n').some((line) => STAMP.test(line));
  for (const line of text.split(/\r?\n/)) {
    const rest = line.replace(STAMP, '');
    // Where lines have time stamps, one without is no beginning, whatever colon is in it.
    const [, sender, said] = (stamped && rest === line ? undefined : LINE.exec(rest)) ?? [];
    const last = messages.at(-1);
    if (sender !== undefined && said !== undefined) messages.push({ sender: sender.trim(), text: said });
    else if (last && rest === line) last.text += `\n${line}`;
  }
  if (messages.length === 0) {
    throw new CliError(
      'input-not-a-chat',
      'There is no message in the chat: a line is written "Name: message". WhatsApp exports work too.',
    );
  }
  return { messages: ownMessages(messages.map(({ sender, text }) => ({ sender, text: text.trimEnd() }))) };
}
