/**
 * Text that is in no group: the user's own notes, or a file that they chose. An app that has groups makes messages with
 * `ChatGroup`, because of these nobody else has a say.
 */
import { Draft, Message, type MessageContent } from './message.js';
import { constant, OPEN } from './origin.js';

const OWN = constant(OPEN);

export const ownMessages = (messages: readonly MessageContent[]): readonly Message[] =>
  messages.map((message) => new Message(message, [OWN]));

export const ownDraft = (text: string): Draft => new Draft(text, [OWN]);
