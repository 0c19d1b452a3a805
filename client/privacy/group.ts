/** A group's chat and what its members have agreed on, as an end-to-end encryption layer authenticates it. */
import type { PrivacySetting } from '../../wire/index.js';
import { ClientError } from '../error.js';
import { Draft, Message, type MessageContent, originsOf } from './message.js';
import { constant, OPEN, type Origin, PROTECTED, type Standing, unproven } from './origin.js';

export interface GroupState {
  /** The epoch of the group's state: it never goes back. */
  readonly epoch: bigint;
  /** Of that state; nothing when nobody has ever set it, which is off. */
  readonly setting?: PrivacySetting | undefined;
}

export interface ChatGroupOptions extends GroupState {
  /** Where nothing was heard of the group for longer, its state is not believed any more; 120,000 when left out. */
  readonly staleMs?: number;
  readonly now?: () => number;
}

/** Text from another chat in a message, as its sender has to mark it. */
export interface Provenance {
  /** Messages of this app that are quoted. */
  readonly quotes?: readonly Message[];
  /** A received message says that some of its text comes from a chat that was protected then. */
  readonly fromProtected?: boolean;
}

const STALE_MS = 120_000;

/**
 * Makes the messages of one group's chat. The app tells it each new state of the group, from nowhere but the layer that
 * authenticates it (with MLS: the group context of the current epoch), and that it is up to date.
 */
export class ChatGroup implements Origin {
  #state: GroupState;
  #heard: number;
  #member = true;
  /** The latest epoch that anything came from. */
  #seen: bigint;
  readonly #staleMs: number;
  readonly #now: () => number;

  constructor({ epoch, setting, staleMs = STALE_MS, now = Date.now }: ChatGroupOptions) {
    this.#state = { epoch, setting };
    this.#seen = epoch;
    this.#staleMs = staleMs;
    this.#now = now;
    this.#heard = now();
  }

  /** The setting of the newest state; nothing when nobody has ever set it. */
  get setting(): PrivacySetting | undefined {
    return this.#state.setting;
  }

  /**
   * The group's next state.
   * @throws ClientError `privacy-refused` when it is older than what is known, or as old and another
   */
  advance({ epoch, setting }: GroupState): void {
    const known = this.#state;
    if (epoch < known.epoch || (epoch === known.epoch && !same(known.setting, setting))) {
      throw new ClientError('privacy-refused', 'The state of the chat goes back: it was not taken.', {
        detail: 'epoch-order',
      });
    }
    this.#state = { epoch, setting };
    this.confirm();
  }

  /** The app was away, and its state is what it kept: it is not believed before it is confirmed. */
  wasAway(): void {
    this.#heard = Number.NEGATIVE_INFINITY;
  }

  /** The delivery service has told all that it has: the state is the newest one. */
  confirm(): void {
    this.#heard = this.#now();
  }

  /**
   * Something came that says it is of this epoch. If it is a later one than is known, a change was missed, and the setting
   * is not believed before the state has caught up. Whoever can write into the chat can forge it, and so keep it from AI;
   * the setting itself does the same.
   */
  sawEpoch(epoch: bigint): void {
    if (epoch > this.#seen) this.#seen = epoch;
  }

  /** The user is no longer in the group. There is no way back: who joins again makes a new one. */
  leave(): void {
    this.#member = false;
  }

  standing(): Standing {
    if (this.#state.setting?.on) return PROTECTED;
    if (!this.#member) return unproven('not-a-member');
    if (this.#seen > this.#state.epoch) return unproven('state-behind');
    if (this.#now() - this.#heard > this.#staleMs) return unproven('state-stale');
    return OPEN;
  }

  /** A message that the group's members have sent. It stands as this chat does, and as all that it quotes. */
  message(content: MessageContent, provenance: Provenance = {}): Message {
    return new Message(content, [this, ...origins(provenance)]);
  }

  /** What the user is writing into this chat, or an earlier summary of it. */
  draft(text: string, provenance: Provenance = {}): Draft {
    return new Draft(text, [this, ...origins(provenance)]);
  }
}

/**
 * Whether a message that quotes or forwards others has to be marked `fromProtected` for those who get it: when any of
 * them comes from a chat that is protected now, was marked itself, or cannot be told. The mark stays for good, because
 * those who get it may not be in the chat that it came from.
 */
export function leavesProtected(quotes: readonly Message[]): boolean {
  return quotes.some((quote) => {
    const known = originsOf(quote);
    return known === undefined || known.some((origin) => origin.standing().kind !== 'open');
  });
}

const MARKED = constant(PROTECTED);

function origins({ quotes = [], fromProtected = false }: Provenance): readonly Origin[] {
  const quoted = quotes.flatMap((quote) => originsOf(quote) ?? [constant(unproven('no-origin'))]);
  return fromProtected ? [MARKED, ...quoted] : quoted;
}

function same(one: PrivacySetting | undefined, other: PrivacySetting | undefined): boolean {
  return one?.on === other?.on && one?.by === other?.by && one?.since === other?.since;
}
