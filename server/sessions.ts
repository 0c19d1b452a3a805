import { ServerError } from './error.js';

interface Session {
  state: 'open' | 'used' | 'expired';
  readonly expires: number;
}

/**
 * Which sessions exist, by their id in hexadecimal. Their keys are elsewhere: the engine's worker has them and nobody
 * else. An id is remembered for a lifetime after its end, so that a replay gets told what it is.
 */
export class SessionTable {
  readonly #sessions = new Map<string, Session>();
  readonly #most: number;
  readonly #lifetimeMs: number;
  readonly #forget: (id: string) => void;
  readonly #now: () => number;
  #open = 0;

  /** `forget` hears of sessions that end unused, so that their keys can be wiped. */
  constructor(
    limits: { readonly sessions: number; readonly sessionSeconds: number },
    forget: (id: string) => void,
    now: () => number = Date.now,
  ) {
    this.#most = limits.sessions;
    this.#lifetimeMs = limits.sessionSeconds * 1000;
    this.#forget = forget;
    this.#now = now;
  }

  /** @throws ServerError `sessions-full` when no further session may be opened now */
  requireRoom(): void {
    this.expire();
    if (this.#open < this.#most) return;
    throw new ServerError('sessions-full', 'Too many sessions are open. Try again in a few seconds.', {
      retryAfter: 5,
    });
  }

  /** @throws ServerError `sessions-full` */
  add(id: string): void {
    this.requireRoom();
    this.#sessions.set(id, { state: 'open', expires: this.#now() + this.#lifetimeMs });
    this.#open++;
  }

  /** @throws ServerError `session-unknown`, `session-used` or `session-expired` unless it can be used now */
  require(id: string): void {
    this.#usable(id);
  }

  /** Takes back a session that its client never heard of. */
  remove(id: string): void {
    if (this.#sessions.get(id)?.state === 'open') this.#open--;
    this.#sessions.delete(id);
    this.#forget(id);
  }

  /** Uses a session up. @throws ServerError as `require` does */
  use(id: string): void {
    this.#usable(id).state = 'used';
    this.#open--;
  }

  /** Ends what is past its time. */
  expire(): void {
    const now = this.#now();
    for (const [id, session] of this.#sessions) {
      if (session.expires > now) return; // They live equally long, and a map keeps the order of their making.
      if (session.state === 'open') {
        session.state = 'expired';
        this.#open--;
        this.#forget(id);
      }
      if (session.expires + this.#lifetimeMs <= now) this.#sessions.delete(id);
    }
  }

  #usable(id: string): Session {
    this.expire();
    const session = this.#sessions.get(id);
    switch (session?.state) {
      case 'open':
        return session;
      case 'used':
        throw new ServerError('session-used', 'A session is good for one request: open another one.');
      case 'expired':
        throw new ServerError('session-expired', 'The session has expired: open another one.');
      default:
        throw new ServerError('session-unknown', 'There is no such session here: open another one.');
    }
  }
}
