/** What a party sees of an exchange, for those who want to judge it. Nothing that serves anybody records this. */
import { type Readable, Transform } from 'node:stream';

/** Bytes in one direction. */
export interface SeenBytes {
  /** Sizes of the pieces, as they came. */
  readonly pieces: readonly number[];
  /** The first bytes, in hexadecimal. */
  readonly starts: string;
}

export interface Seen {
  readonly party: string;
  /** What was asked for, as far as the party knows. */
  readonly what: string;
  readonly from: string;
  readonly to: string;
  readonly request: SeenBytes;
  readonly response: SeenBytes;
  /** What else it can read. */
  readonly facts: Readonly<Record<string, string>>;
}

export type Observe = (seen: Seen) => void;

const STARTS_BYTES = 24;

/** Watches one exchange go by and tells when it is over. */
export class Sight {
  readonly #about: Pick<Seen, 'party' | 'what' | 'from' | 'to'>;
  readonly #observe: Observe;
  readonly #request = new Pieces();
  readonly #response = new Pieces();
  readonly #facts: Record<string, string> = {};

  constructor(about: Pick<Seen, 'party' | 'what' | 'from' | 'to'>, observe: Observe) {
    this.#about = about;
    this.#observe = observe;
  }

  note(name: string, value: string): void {
    this.#facts[name] = value;
  }

  sent(bytes: Uint8Array): void {
    this.#request.add(bytes);
  }

  request(body: Readable): Readable {
    return body.pipe(this.#request.watch());
  }

  response(body: Readable): Readable {
    const watched = this.#response.watch();
    body.once('error', (error) => watched.destroy(error));
    watched.once('close', () => {
      body.destroy();
      this.over();
    });
    return body.pipe(watched);
  }

  /** A response that came at once. */
  answered(bytes: Uint8Array): void {
    this.#response.add(bytes);
    this.over();
  }

  over(): void {
    this.#observe({
      ...this.#about,
      request: this.#request.seen,
      response: this.#response.seen,
      facts: this.#facts,
    });
  }
}

class Pieces {
  readonly #sizes: number[] = [];
  #starts = Buffer.alloc(0);

  get seen(): SeenBytes {
    return { pieces: this.#sizes, starts: this.#starts.toString('hex') };
  }

  add(bytes: Uint8Array): void {
    this.#sizes.push(bytes.length);
    if (this.#starts.length < STARTS_BYTES) {
      this.#starts = Buffer.concat([this.#starts, bytes]).subarray(0, STARTS_BYTES);
    }
  }

  watch(): Transform {
    return new Transform({
      transform: (chunk: Buffer, _, done) => {
        this.add(chunk);
        done(null, chunk);
      },
    });
  }
}
