/**
 * What the delivery service keeps: ciphertext in one order for each group, who may have it, and key packages. It knows
 * who is in which group, when and how much they write, and nothing that they write.
 */
import { type Piece, Pieces } from './pieces.js';
import { Place } from './place.js';
import {
  type Answers,
  type Entry,
  type Heads,
  type Invitation,
  MAX_FETCH,
  MAX_PACKAGES,
  type Presence,
  type Push,
  type Refusal,
} from './protocol.js';

export class RefusedError extends Error {
  override readonly name = 'RefusedError';
  readonly code: Refusal;

  constructor(code: Refusal) {
    super(`The delivery service refused: ${code}.`);
    this.code = code;
  }
}

interface Kept {
  readonly entries: Entry[];
  readonly ids: Map<string, number>;
  readonly places: Map<string, Place>;
  readonly media: Pieces;
}

export type Listener = (push: Push) => void;

/** One person fills no more than this part of the room, so that nobody shuts everybody else out. */
const SHARE = 1 / 4;

export class Mailroom {
  readonly #people: readonly string[];
  readonly #maxBytes: number;
  readonly #groups = new Map<string, Kept>();
  readonly #packages = new Map<string, string[]>();
  readonly #invitations = new Map<string, Invitation[]>();
  readonly #listeners = new Map<string, Set<Listener>>();
  /** How much each person has put here. */
  readonly #put = new Map<string, number>();
  #bytes = 0;

  /** @param maxBytes of all that is kept */
  constructor(people: readonly string[], maxBytes: number) {
    this.#people = people;
    this.#maxBytes = maxBytes;
  }

  /** Everything that is kept, as a person with a disk in hand would read it. */
  get contents(): string {
    const groups = [...this.#groups.values()].map(({ entries, media }) => [entries, media.contents]);
    return JSON.stringify([groups, [...this.#invitations]]);
  }

  listen(person: string, listener: Listener): () => void {
    const all = this.#listeners.get(person) ?? new Set();
    this.#listeners.set(person, all.add(listener));
    this.#tellPresence();
    return () => {
      all.delete(listener);
      this.#tellPresence();
    };
  }

  publish(person: string, packages: readonly string[]): Answers['publish'] {
    const kept = this.#packages.get(person) ?? [];
    if (kept.length + packages.length > MAX_PACKAGES) throw new RefusedError('too-large');
    this.#keep(person, packages.join('').length);
    this.#packages.set(person, [...kept, ...packages]);
    this.#tellPresence();
    return { packages: kept.length + packages.length };
  }

  packagesOf(person: string): number {
    return this.#packages.get(person)?.length ?? 0;
  }

  claim(person: string): Answers['claim'] {
    if (!this.#people.includes(person)) throw new RefusedError('person-unknown');
    const found = this.#packages.get(person)?.shift();
    if (found === undefined) throw new RefusedError('no-key-package');
    return found;
  }

  create(person: string, group: string): void {
    if (this.#groups.has(group)) throw new RefusedError('group-taken');
    const places = new Map([[person, new Place(0)]]);
    this.#groups.set(group, { entries: [], ids: new Map(), places, media: new Pieces() });
  }

  /** @returns the entry's number: the same one when it was sent before */
  send(person: string, group: string, id: string, bytes: string): Answers['send'] {
    const kept = this.#present(person, group);
    const before = kept.ids.get(`${person} ${id}`);
    if (before !== undefined) return before;
    this.#keep(person, bytes.length);
    const entry = { seq: kept.entries.length + 1, bytes };
    kept.entries.push(entry);
    kept.ids.set(`${person} ${id}`, entry.seq);
    for (const [member, place] of kept.places)
      if (place.has(entry.seq)) this.#tell(member, { push: 'entry', group, entry });
    return entry.seq;
  }

  fetch(person: string, group: string, after: number): Answers['fetch'] {
    const kept = this.#groups.get(group);
    const place = kept?.places.get(person);
    if (!kept || !place) throw new RefusedError('not-a-member');
    return kept.entries.slice(...place.rangeAfter(after, MAX_FETCH));
  }

  /** The same piece again is kept once. */
  keepPiece(person: string, { group, ...piece }: Piece & { readonly group: string }): void {
    const { media } = this.#present(person, group);
    const refusal = media.refusal(person, piece);
    if (refusal === 'kept-already') return;
    if (refusal !== undefined) throw new RefusedError(refusal);
    this.#keep(person, piece.bytes.length);
    media.keep(person, piece);
  }

  piece(
    person: string,
    { group, media, at }: { readonly group: string } & Omit<Piece, 'bytes'>,
  ): Answers['piece'] {
    const found = this.#present(person, group).media.get(media, at);
    if (found === undefined) throw new RefusedError('media-unknown');
    return found;
  }

  /** Whoever is in already is told all the same, and nothing of theirs changes. */
  invite(person: string, { group, seq, bytes, invited }: Invitation & { readonly invited: string }): void {
    const { places } = this.#upTo(person, group, seq);
    if (!this.#people.includes(invited)) throw new RefusedError('person-unknown');
    const known = this.#invitations.get(invited) ?? [];
    // Told again by somebody who did not hear that it was taken.
    if (known.some((one) => one.group === group && one.bytes === bytes)) return;
    this.#keep(person, bytes.length);
    const invitation = { group, seq, bytes };
    const place = places.get(invited);
    if (place) place.invited(seq);
    else places.set(invited, new Place(seq));
    this.#invitations.set(invited, [...known, invitation]);
    this.#tell(invited, { push: 'invitation', invitation });
  }

  /** See `Place.saidOut` for when it counts. */
  expel(person: string, group: string, expelled: string, seq: number): void {
    const { places } = this.#upTo(person, group, seq);
    const others = [...places].filter(([one, { isIn }]) => isIn && one !== expelled).map(([one]) => one);
    places.get(expelled)?.saidOut(person, seq, others);
  }

  chats(person: string): Answers['chats'] {
    return { invitations: this.#invitations.get(person) ?? [], heads: this.heads(person) };
  }

  heads(person: string): Heads {
    const heads: Record<string, Heads[string]> = {};
    for (const [group, { entries, places }] of this.#groups) {
      const place = places.get(person);
      if (place) heads[group] = { seq: place.headOf(entries.length), ended: !place.isIn };
    }
    return heads;
  }

  presence(): readonly Presence[] {
    return this.#people.map((person) => ({
      person,
      online: (this.#listeners.get(person)?.size ?? 0) > 0,
      ready: this.packagesOf(person) > 0,
    }));
  }

  #present(person: string, group: string): Kept {
    const kept = this.#groups.get(group);
    if (!kept?.places.get(person)?.isIn) throw new RefusedError('not-a-member');
    return kept;
  }

  /** Nobody speaks of an entry that is not there yet. */
  #upTo(person: string, group: string, seq: number): Kept {
    const kept = this.#present(person, group);
    if (seq > kept.entries.length) throw new RefusedError('request-malformed');
    return kept;
  }

  #keep(person: string, bytes: number): void {
    const put = (this.#put.get(person) ?? 0) + bytes;
    const isFull = this.#bytes + bytes > this.#maxBytes || put > this.#maxBytes * SHARE;
    if (isFull) throw new RefusedError('storage-full');
    this.#bytes += bytes;
    this.#put.set(person, put);
  }

  #tell(person: string, push: Push): void {
    for (const listener of this.#listeners.get(person) ?? []) listener(push);
  }

  #tellPresence(): void {
    const people = this.presence();
    for (const person of this.#listeners.keys()) this.#tell(person, { push: 'presence', people });
  }
}
