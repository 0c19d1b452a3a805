/** The SDK over the private path: tokens, relay, gateway and a verified session for every request. */
import type { AttestationPolicy, TrustRoots, Verdict } from '../../attestation/index.js';
import type { KemId } from '../../wire/index.js';
import type { Chat, ReplyOptions, RewriteOptions, SummarizeOptions } from '../chat.js';
import { connect } from '../connect.js';
import { ClientError } from '../error.js';
import type { Fetch } from '../http.js';
import { type Draft, type Message, requirePermitted } from '../privacy/index.js';
import type { CallOptions, Session, SessionEvent } from '../session.js';
import type { GatewayKey } from './gateway-keys.js';
import { BEHIND_THE_RELAY, SessionPassage } from './passage.js';
import { type Held, Standby } from './standby.js';

/** Where tokens come from. */
export interface TokenSource {
  /** A token that nobody else is given. @throws ClientError */
  take(signal?: AbortSignal): Promise<Uint8Array>;
  /** Takes back one that was not spent. */
  giveBack(token: Uint8Array): Promise<void>;
}

export interface PrivateAiOptions {
  /** The relay's URL, where encapsulated requests are posted. */
  readonly relay: string;
  /** The gateway's, which a wallet's way through the relay may share. */
  readonly gatewayKey: GatewayKey;
  readonly tokens: TokenSource;
  /** What is accepted of genuine evidence. */
  readonly policy: AttestationPolicy;
  /** AMD's and Intel's own roots when left out. */
  readonly roots?: TrustRoots;
  readonly kems?: readonly KemId[];
  /** The platform's `fetch` when left out. In Node give it `privateFetch()`, which resumes no TLS session. */
  readonly fetch?: Fetch;
  readonly now?: () => Date;
}

/** What a request survives: refusals of a session or its machine, from which the token came back. */
const TRY_ELSEWHERE: ReadonlySet<string | undefined> = new Set([
  'vm-unavailable',
  'route-refused',
  'server-busy',
  'server-stopping',
  'engine-failed',
  'sessions-full',
  'attestation-unavailable',
  'session-unknown',
  'session-expired',
  'key-unknown',
]);
const TRIES = 8;
const MOST_WAIT_MS = 4_000;

/**
 * Private AI for one user. Nothing that it sends has anything in common with an earlier request: each has a session, a
 * key, a token and a machine of its own. Every method may throw, while iterated, what a session's may, and
 * `key-mismatch` and the errors of the token source.
 */
export class PrivateAi {
  readonly #options: PrivateAiOptions;
  readonly #fetch: Fetch;
  readonly #now: () => Date;
  readonly #standby: Standby;
  #verdict: Verdict | undefined;

  constructor(options: PrivateAiOptions) {
    this.#options = options;
    this.#fetch = options.fetch ?? ((url, init) => fetch(url, init));
    this.#now = options.now ?? (() => new Date());
    this.#standby = new Standby(
      () => this.#open(),
      () => this.#now().getTime(),
    );
  }

  /** What the last session's evidence was found to be. */
  get verdict(): Verdict | undefined {
    return this.#verdict;
  }

  /** Holds a verified session ready from now on. @throws ClientError when there can be none now */
  preconnect(): Promise<void> {
    return this.#standby.start();
  }

  /** Holds no further session ready. One that is held still serves the next request. */
  close(): void {
    this.#standby.stop();
  }

  summarize(chat: Chat, options: SummarizeOptions & CallOptions = {}): AsyncGenerator<SessionEvent> {
    return this.#ask(
      (session) => session.summarize(chat, options),
      options.context ? [...chat.messages, options.context] : chat.messages,
      options.signal,
    );
  }

  reply(chat: Chat, options: ReplyOptions & CallOptions = {}): AsyncGenerator<SessionEvent> {
    return this.#ask((session) => session.reply(chat, options), chat.messages, options.signal);
  }

  rewrite(draft: Draft, options: RewriteOptions & CallOptions): AsyncGenerator<SessionEvent> {
    return this.#ask((session) => session.rewrite(draft, options), [draft], options.signal);
  }

  proofread(draft: Draft, options: CallOptions = {}): AsyncGenerator<SessionEvent> {
    return this.#ask((session) => session.proofread(draft, options), [draft], options.signal);
  }

  /** A request that was not begun is made again in another session, with the token that came back. */
  async *#ask(
    task: (session: Session) => AsyncGenerator<SessionEvent>,
    items: readonly (Message | Draft)[],
    signal: AbortSignal | undefined,
  ): AsyncGenerator<SessionEvent> {
    // The session asks again, just before it seals. This is so that not even a token is asked for.
    requirePermitted('ai', items);
    const { tokens } = this.#options;
    const token = await tokens.take(signal);
    for (let tries = 1; ; tries++) {
      let begun = false;
      try {
        const { session, passage } = await this.#standby.take();
        passage.pay(token);
        for await (const event of task(session)) {
          if (!begun) this.#standby.refill();
          begun = true;
          yield event;
        }
        return;
      } catch (error) {
        const unspent = error instanceof ClientError && isUnspent(error);
        if (begun || !unspent) throw error;
        const again = TRY_ELSEWHERE.has(error.detail) && tries < TRIES && !signal?.aborted;
        if (!again) {
          await tokens.giveBack(token);
          throw error;
        }
        if (error.detail === 'key-unknown') this.#options.gatewayKey.forget();
        await pause(tries, error.retryAfter);
      }
    }
  }

  async #open(): Promise<Held> {
    const { relay, gatewayKey, policy, roots, kems } = this.#options;
    const passage = new SessionPassage({ relay, keyConfig: await gatewayKey.current(), fetch: this.#fetch });
    const session = await connect({
      url: BEHIND_THE_RELAY,
      policy,
      fetch: passage.fetch,
      now: this.#now,
      ...(roots ? { roots } : {}),
      ...(kems ? { kems } : {}),
    });
    this.#verdict = session.verdict;
    return { session, passage };
  }
}

/** Whether a request failed before any gateway can have spent its token. */
function isUnspent({ code, detail }: ClientError): boolean {
  if (code === 'server-refused') return detail !== 'token-spent';
  return [
    'chat-protected',
    'privacy-unproven',
    'attestation-failed',
    'key-mismatch',
    'request-invalid',
    'session-expired',
  ].includes(code);
}

/** Longer every time, and not the same for everybody. */
function pause(tries: number, retryAfter: number | undefined): Promise<void> {
  const ms = Math.min(MOST_WAIT_MS, Math.max(50 * 2 ** tries, (retryAfter ?? 0) * 500));
  return new Promise((resolve) => {
    setTimeout(resolve, ms * (0.5 + Math.random()));
  });
}
