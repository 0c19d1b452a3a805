/**
 * A person's place in a group, as the delivery service knows it: which entries are for them. What the entries say it
 * cannot read, so it goes by what members tell it, and by nobody's word alone where that would take something away.
 */
interface Stay {
  /** Gets entries behind this one… */
  readonly after: number;
  /** …up to this one. */
  until: number;
}

export class Place {
  /** One after the other. */
  readonly #stays: Stay[];
  /** The entry that they were last let in at. */
  #invitedAt: number;
  /** Who says that they are out, and since which entry. */
  readonly #said = new Map<string, number>();

  constructor(after: number) {
    this.#stays = [{ after, until: Number.POSITIVE_INFINITY }];
    this.#invitedAt = after;
  }

  get isIn(): boolean {
    return this.#last.until === Number.POSITIVE_INFINITY;
  }

  /** The last entry that there is for them, of so many. */
  headOf(entries: number): number {
    return Math.min(this.#last.until, entries);
  }

  has(seq: number): boolean {
    return this.#stays.some(({ after, until }) => seq > after && seq <= until);
  }

  /** What follows an entry without a gap, as indexes into all entries: from, and up to but without. */
  rangeAfter(entry: number, most: number): readonly [number, number] {
    const { after, until } = this.#stays.find((one) => one.until > entry) ?? this.#last;
    const from = Math.max(entry, after);
    return [from, Math.max(from, Math.min(from + most, until))];
  }

  /** Somebody was added at an entry. Whoever is in stays where they are: nobody takes from them what is still to come. */
  invited(seq: number): void {
    if (!this.isIn)
      this.#stays.push({ after: Math.max(seq, this.#last.until), until: Number.POSITIVE_INFINITY });
    this.#invitedAt = Math.max(this.#invitedAt, seq);
  }

  /**
   * One of the others says that they were removed at an entry. It counts when more than half of the others say the same;
   * until then nothing is kept from them, and they can always fetch what led there.
   * @param others who are in, without them
   */
  saidOut(by: string, seq: number, others: readonly string[]): void {
    // An expulsion that was told late is not one from what they were added to since.
    if (!this.isIn || seq <= this.#invitedAt) return;
    this.#said.set(by, seq);
    const same = others.filter((one) => this.#said.get(one) === seq).length;
    if (same * 2 <= others.length) return;
    this.#last.until = seq;
    this.#said.clear();
  }

  get #last(): Stay {
    return this.#stays.at(-1)!;
  }
}
