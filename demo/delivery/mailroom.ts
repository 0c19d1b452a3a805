/**
 * What the delivery service keeps: ciphertext in one order for each group, who may have it, and key packages. It knows
 * who is in which group, when and how much they write, and nothing that they write.
 */
import type { Answers, Entry, Invitation, Presence, Push, Refusal } from './protocol.js';

export class RefusedError extends Error {
  override readonly name = 'RefusedError';
  readonly code: Refusal;

  constructor(code: Refusal) {
    super(`The delivery service refused: ${code}.`);
    this.code = code;
  }
}

interface Member {
  /** Gets entries behind this one… */
  readonly after: number;
  /** …up to this one. */
  until: number;
}

interface Kept {
  readonly entries: Entry[];
  readonly ids: Map<string, number>;
  readonly members: Map<string, Member>;
}

export type Listener = (push: Push) => void;

const MAX_PACKAGES = 50;
const MAX_FETCH = 200;

export class Mailroom {
  readonly #people: readonly string[];
  readonly #maxBytes: number;
  readonly #groups = new Map<string, Kept>();
  readonly #packages = new Map<string, string[]>();
  readonly #invitations = new Map<string, Invitation[]>();
  readonly #listeners = new Map<string, Set<Listener>>();
  #bytes = 0;

  /** @param maxBytes of all that is kept */
  constructor(people: readonly string[], maxBytes: number) {
    this.#people = people;
    this.#maxBytes = maxBytes;
  }

  /** Everything that is kept, as a person with a disk in hand would read it. */
  get contents(): string {
    return JSON.stringify([[...this.#groups.values()].map(({ entries }) => entries), [...this.#invitations]]);
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
    this.#keep(packages.join('').length);
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
    const members = new Map([[person, { after: 0, until: Number.POSITIVE_INFINITY }]]);
    this.#groups.set(group, { entries: [], ids: new Map(), members });
  }

  /** @returns the entry's number: the same one when it was sent before */
  send(person: string, group: string, id: string, bytes: string): Answers['send'] {
    const kept = this.#present(person, group);
    const before = kept.ids.get(`${person} ${id}`);
    if (before !== undefined) return before;
    this.#keep(bytes.length);
    const entry = { seq: kept.entries.length + 1, bytes };
    kept.entries.push(entry);
    kept.ids.set(`${person} ${id}`, entry.seq);
    for (const [member, { after, until }] of kept.members)
      if (entry.seq > after && entry.seq <= until) this.#tell(member, { push: 'entry', group, entry });
    return entry.seq;
  }

  fetch(person: string, group: string, after: number): Answers['fetch'] {
    const kept = this.#groups.get(group);
    const member = kept?.members.get(person);
    if (!kept || !member) throw new RefusedError('not-a-member');
    const from = Math.max(after, member.after);
    return kept.entries.slice(from, Math.min(from + MAX_FETCH, member.until));
  }

  invite(person: string, { group, seq, bytes, invited }: Invitation & { readonly invited: string }): void {
    const kept = this.#present(person, group);
    if (!this.#people.includes(invited)) throw new RefusedError('person-unknown');
    if (seq > kept.entries.length) throw new RefusedError('request-malformed');
    this.#keep(bytes.length);
    const invitation = { group, seq, bytes };
    kept.members.set(invited, { after: seq, until: Number.POSITIVE_INFINITY });
    this.#invitations.set(invited, [...(this.#invitations.get(invited) ?? []), invitation]);
    this.#tell(invited, { push: 'invitation', invitation });
  }

  expel(person: string, group: string, expelled: string, seq: number): void {
    const member = this.#present(person, group).members.get(expelled);
    if (member) member.until = Math.min(member.until, seq);
  }

  chats(person: string): Answers['chats'] {
    return { invitations: this.#invitations.get(person) ?? [], heads: this.heads(person) };
  }

  heads(person: string): Readonly<Record<string, number>> {
    const heads: Record<string, number> = {};
    for (const [group, { entries, members }] of this.#groups) {
      const member = members.get(person);
      if (member) heads[group] = Math.min(member.until, entries.length);
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
    const member = kept?.members.get(person);
    if (!kept || !member || member.until !== Number.POSITIVE_INFINITY) throw new RefusedError('not-a-member');
    return kept;
  }

  #keep(bytes: number): void {
    if (this.#bytes + bytes > this.#maxBytes) throw new RefusedError('storage-full');
    this.#bytes += bytes;
  }

  #tell(person: string, push: Push): void {
    for (const listener of this.#listeners.get(person) ?? []) listener(push);
  }

  #tellPresence(): void {
    const people = this.presence();
    for (const person of this.#listeners.keys()) this.#tell(person, { push: 'presence', people });
  }
}
