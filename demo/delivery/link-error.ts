/** Why the delivery service did not do what it was asked for. */
import type { Refusal } from './protocol.js';

export type LinkErrorCode =
  | Refusal
  | 'offline'
  /** The service left out entries that it says are there. */
  | 'order-broken'
  /** The service gives nothing more of a chat, whose members never took us out of it. */
  | 'cut-off'
  /** What came is nothing that a delivery service says. */
  | 'answer-malformed';

const WORDS: { readonly [code in LinkErrorCode]?: string } = {
  offline: 'There is no connection now.',
  'order-broken': 'The delivery service left something out.',
  'cut-off': 'The delivery service gives nothing more of a chat that we are in.',
  'answer-malformed': 'The delivery service said something that it cannot say.',
};

export class LinkError extends Error {
  override readonly name = 'LinkError';
  readonly code: LinkErrorCode;

  constructor(code: LinkErrorCode) {
    super(WORDS[code] ?? `The delivery service refused: ${code}.`);
    this.code = code;
  }
}
