/** The confidential VMs: which of them are healthy, and one of those at random. */
import { randomInt } from 'node:crypto';
import { type Dispatcher, Pool } from 'undici';
import { EdgeError } from '../error.js';
import { vmName } from './routes.js';

export interface Vm {
  readonly name: string;
  readonly origin: string;
  readonly pool: Dispatcher;
  /** To be told what became of every request. */
  succeeded(): void;
  failed(): void;
}

export interface FleetOptions {
  /** Between two looks at a machine's `/readyz`, in milliseconds. */
  readonly healthMs: number;
  /** For the head of an answer, in milliseconds. */
  readonly headMs: number;
  readonly changed: (ready: number, known: number) => void;
}

/** So many failures in a row open a machine's circuit, and after so many looks without an answer it is given up. */
const FAILURES = 3;
/** For how long it stays open, at first and at most, in milliseconds. */
const OPEN_MS = 2_000;
const MOST_OPEN_MS = 60_000;

class Machine implements Vm {
  readonly name: string;
  readonly origin: string;
  ready = false;
  readonly #limits: Pool.Options;
  #pool: Pool;
  #failures = 0;
  #openUntil = 0;
  #silent = 0;

  constructor(origin: string, headMs: number) {
    this.origin = origin;
    this.name = vmName(origin);
    this.#limits = { headersTimeout: headMs, bodyTimeout: headMs, pipelining: 1 };
    this.#pool = new Pool(origin, this.#limits);
  }

  get pool(): Dispatcher {
    return this.#pool;
  }

  get usable(): boolean {
    return this.ready && performance.now() >= this.#openUntil;
  }

  succeeded(): void {
    this.#failures = 0;
    this.#openUntil = 0;
  }

  failed(): void {
    const over = ++this.#failures - FAILURES;
    if (over >= 0) this.#openUntil = performance.now() + Math.min(OPEN_MS * 2 ** over, MOST_OPEN_MS);
  }

  async look(timeoutMs: number): Promise<void> {
    try {
      const { statusCode, body } = await this.#pool.request({
        path: '/readyz',
        method: 'GET',
        signal: AbortSignal.timeout(timeoutMs),
      });
      await body.dump();
      this.ready = statusCode === 200;
      this.#silent = 0;
      if (this.ready && performance.now() >= this.#openUntil) this.#failures = 0;
    } catch {
      this.ready = false; // Whatever the reason: nobody is sent there until it answers.
      if (++this.#silent === FAILURES) await this.#giveUp();
    }
  }

  close(): Promise<void> {
    return this.#pool.destroy();
  }

  /** What waits for a machine that is gone without a word would wait for long: it fails now, and goes elsewhere. */
  #giveUp(): Promise<void> {
    const gone = this.#pool;
    this.#pool = new Pool(this.origin, this.#limits);
    return gone.destroy();
  }
}

export class Fleet {
  readonly #machines: readonly Machine[];
  readonly #options: FleetOptions;
  readonly #timer: NodeJS.Timeout;
  #ready = -1;
  #looking: Promise<void> | undefined;

  private constructor(origins: readonly string[], options: FleetOptions) {
    this.#options = options;
    this.#machines = origins.map((origin) => new Machine(origin, options.headMs));
    this.#timer = setInterval(() => void this.look(), options.healthMs);
  }

  /** Knows the health of all machines when it resolves. */
  static async start(origins: readonly string[], options: FleetOptions): Promise<Fleet> {
    const fleet = new Fleet(origins, options);
    await fleet.look();
    return fleet;
  }

  get ready(): number {
    return this.#machines.filter(({ usable }) => usable).length;
  }

  /**
   * A healthy machine, each as likely as any other, but none of those tried before. Nothing that a client sends has
   * an influence on it.
   * @throws EdgeError `vm-unavailable`
   */
  draw(tried: readonly Vm[] = []): Vm {
    const usable = this.#machines.filter((machine) => machine.usable && !tried.includes(machine));
    if (usable.length > 0) return usable[randomInt(usable.length)]!;
    throw new EdgeError('vm-unavailable', 'No confidential VM is ready now. Try again soon.', {
      retryAfter: 2,
    });
  }

  /** @throws EdgeError `route-refused` when there is no such machine any more */
  named(name: string): Vm {
    const found = this.#machines.find((machine) => machine.name === name);
    if (found) return found;
    throw new EdgeError('route-refused', 'The machine of this session is gone: open a new session.');
  }

  look(): Promise<void> {
    this.#looking ??= Promise.all(this.#machines.map((machine) => machine.look(this.#options.healthMs * 2)))
      .then(() => {
        const { ready } = this;
        if (ready !== this.#ready) this.#options.changed(ready, this.#machines.length);
        this.#ready = ready;
      })
      .finally(() => {
        this.#looking = undefined;
      });
    return this.#looking;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#looking;
    for (const machine of this.#machines) await machine.close();
  }
}
