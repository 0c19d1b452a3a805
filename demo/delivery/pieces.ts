/** Sealed photos of one group, in the pieces that they came in. */
import { MAX_PIECES, type Refusal } from './protocol.js';

interface Sealed {
  readonly owner: string;
  readonly pieces: string[];
}

/** One piece, as its sender names it. */
export interface Piece {
  readonly media: string;
  readonly at: number;
  readonly bytes: string;
}

export class Pieces {
  readonly #sealed = new Map<string, Sealed>();

  get contents(): readonly string[] {
    return [...this.#sealed.values()].flatMap(({ pieces }) => pieces);
  }

  /** Why a piece cannot be kept. Nobody goes on with what somebody else has begun, and nothing that was kept changes. */
  refusal(person: string, { media, at, bytes }: Piece): Refusal | 'kept-already' | undefined {
    const { owner, pieces } = this.#sealed.get(media) ?? { owner: person, pieces: [] };
    if (owner !== person) return 'request-malformed';
    if (pieces[at] === bytes) return 'kept-already';
    if (at !== pieces.length) return 'request-malformed';
    return at < MAX_PIECES ? undefined : 'too-large';
  }

  keep(person: string, { media, bytes }: Piece): void {
    const sealed = this.#sealed.get(media) ?? { owner: person, pieces: [] };
    sealed.pieces.push(bytes);
    this.#sealed.set(media, sealed);
  }

  get(media: string, at: number): string | undefined {
    return this.#sealed.get(media)?.pieces[at];
  }
}
