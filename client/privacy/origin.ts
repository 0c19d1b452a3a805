/** Where text comes from, and what may be done with it now. */

/** What a use of somebody's messages is refused for. */
export type Standing =
  | { readonly kind: 'open' }
  /** Advanced Chat Privacy is on. */
  | { readonly kind: 'protected' }
  /** Nobody can tell whether it is. */
  | { readonly kind: 'unproven'; readonly reason: UnprovenReason };

export type UnprovenReason =
  /** It was not made by a chat: a plain object, or a copy of a message. */
  | 'no-origin'
  /** The user is no longer in the group, and would not hear of a change. */
  | 'not-a-member'
  /** Nothing was heard of the group for too long. */
  | 'state-stale'
  /** Something came that was made in a later state than the one that is known: a change was missed. */
  | 'state-behind';

/** A chat that text belongs to. Asked anew at each use: its members may have changed their minds. */
export interface Origin {
  standing(): Standing;
}

export const OPEN: Standing = { kind: 'open' };
export const PROTECTED: Standing = { kind: 'protected' };
export const unproven = (reason: UnprovenReason): Standing => ({ kind: 'unproven', reason });

/** Text of the user's own, and what left a protected chat once: neither ever changes. */
export const constant = (standing: Standing): Origin => ({ standing: () => standing });
