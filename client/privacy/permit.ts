/** What may be done with messages: one question for AI, export and automatic download, asked at each use. */
import { ClientError } from '../error.js';
import { type Draft, type Message, originsOf } from './message.js';
import { type Standing, unproven } from './origin.js';

export type Use = 'ai' | 'export' | 'auto-download';

const WORDS: Readonly<Record<Use, string>> = {
  ai: 'Nothing was sent to AI',
  export: 'Nothing was exported',
  'auto-download': 'Nothing was downloaded',
};

/**
 * Refuses a use of messages or drafts unless each chat that they come from, or quote, is known not to be protected.
 * @throws ClientError `chat-protected`, `privacy-unproven`; `detail` of the latter is an `UnprovenReason`
 */
export function requirePermitted(use: Use, items: readonly (Message | Draft)[]): void {
  // All are looked at: a chat that is protected is the better answer than one that nothing is known about.
  const standings = items.flatMap(standingsOf);
  if (standings.some(({ kind }) => kind === 'protected')) {
    throw new ClientError('chat-protected', `${WORDS[use]}: Advanced Chat Privacy is on in this chat.`, {
      detail: use,
    });
  }
  for (const standing of standings) {
    if (standing.kind === 'unproven') {
      throw new ClientError(
        'privacy-unproven',
        `${WORDS[use]}: whether Advanced Chat Privacy is on in this chat is not known now.`,
        { detail: standing.reason },
      );
    }
  }
}

/** Whether `requirePermitted` would let it pass: for buttons that say why beforehand. */
export function isPermitted(use: Use, items: readonly (Message | Draft)[]): boolean {
  try {
    requirePermitted(use, items);
    return true;
  } catch (error) {
    if (error instanceof ClientError) return false;
    throw error;
  }
}

function standingsOf(item: Message | Draft): readonly Standing[] {
  const origins = originsOf(item);
  if (!origins || origins.length === 0) return [unproven('no-origin')];
  return origins.map((origin) => origin.standing());
}
