/** The SDK over the private path: tokens, relay, gateway and a verified session for every request. */
import type { Verdict } from '../../attestation/index.js';
import type { KemId, KeyConfig } from '../../wire/index.js';
import type { Chat, ReplyOptions, RewriteOptions, SummarizeOptions } from '../chat.js';
import { connect } from '../connect.js';
import { ClientError } from '../error.js';
import type { Fetch } from '../http.js';
import type { LoggedRelease } from '../ledger.js';
import { type Draft, type Message, requirePermitted } from '../privacy/index.js';
import type { CallOptions, Session, SessionEvent } from '../session.js';
import { type MachineTrust, requireTrust, trustOf } from '../trust.js';
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

export type PrivateAiOptions = MachineTrust & PrivatePathOptions;

export interface PrivatePathOptions {
  /** The relay's URL, where encapsulated requests are posted. */
  readonly relay: string;
  /** The gateway's, which a wallet's way through the relay may share. */
  readonly gatewayKey: GatewayKey;
  readonly tokens: TokenSource;
  readonly kems?: readonly KemId[];
  /** The platform's `fetch` when left out. In Node give it `privateFetch()`, which resumes no TLS session. */
  readonly fetch?: Fetch;
  readonly now?: () => Date;
}

/** What a request survives: refusals of a session or its machine, after which its token is still good. */
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
]);
/**
 * Refusals under seal that say that the token is no good, or leave open what became of it: the spent set may have taken
 * it before it failed. All others come from before it was taken, or the gateway has given it back.
 */
const TOKEN_LOST = /^(?:token-[a-z-]+|spent-set-unavailable|internal)$/;
const TOKEN_REFUSED = /^token-[a-z-]+$/;
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
  #verified: Pick<Session, 'verdict' | 'release'> | undefined;

  /** @throws ClientError `ledger-missing`, `ledger-refused`; AttestationError `policy-invalid` */
  constructor(options: PrivateAiOptions) {
    requireTrust(options);
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
    return this.#verified?.verdict;
  }

  /** What the log shows of that session's machine; nothing unless a log's policy was given. */
  get release(): LoggedRelease | undefined {
    return this.#verified?.release;
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

  /**
   * A request of which nothing was seen is made again in another session: with the same token if it is known not to be
   * spent, and with another one if the gateway's key had changed or, once, if its machine broke off or the gateway did not
   * take the token.
   */
  async *#ask(
    task: (session: Session) => AsyncGenerator<SessionEvent>,
    items: readonly (Message | Draft)[],
    signal: AbortSignal | undefined,
  ): AsyncGenerator<SessionEvent> {
    // The session asks again, just before it seals. This is so that not even a token is asked for.
    requirePermitted('ai', items);
    const { tokens } = this.#options;
    let token = await tokens.take(signal);
    let replaced = false;
    for (let tries = 1; ; tries++) {
      let held: Held | undefined;
      let begun = false;
      try {
        held = await this.#standby.take();
        held.passage.pay(token);
        for await (const event of task(held.session)) {
          if (!begun) this.#standby.refill();
          begun = true;
          yield event;
        }
        return;
      } catch (error) {
        const kept = !begun && keepsToken(error, held?.passage);
        const { detail, retryAfter } = error instanceof ClientError ? error : {};
        const over = begun || tries === TRIES || signal?.aborted;
        if (kept && TRY_ELSEWHERE.has(detail) && !over) await pause(tries, retryAfter);
        else if (held && !kept && isKeyUnknown(error) && !over && (await this.#renewsKey(held))) {
          token = await tokens.take(signal);
        } else if (!kept && (isCutOff(error) || isTokenRefused(error, held)) && !replaced && !over) {
          replaced = true;
          token = await tokens.take(signal);
        } else {
          if (kept) await tokens.giveBack(token);
          throw error;
        }
      }
    }
  }

  async #open(): Promise<Held> {
    const { gatewayKey } = this.#options;
    const config = await gatewayKey.current();
    try {
      return await this.#openWith(config);
    } catch (error) {
      const other = isKeyUnknown(error) ? await gatewayKey.insteadOf(config) : undefined;
      if (!other) throw error;
      return this.#openWith(other);
    }
  }

  async #openWith(keyConfig: KeyConfig): Promise<Held> {
    const { relay, kems } = this.#options;
    const passage = new SessionPassage({ relay, keyConfig, fetch: this.#fetch });
    const session = await connect({
      ...trustOf(this.#options),
      url: BEHIND_THE_RELAY,
      fetch: passage.fetch,
      now: this.#now,
      ...(kems ? { kems } : {}),
    });
    this.#verified = session;
    return { session, passage };
  }

  /** Whether there is another key of the gateway's than the one that it did not know. */
  async #renewsKey({ passage }: Held): Promise<boolean> {
    return (await this.#options.gatewayKey.insteadOf(passage.keyConfig)) !== undefined;
  }
}

/**
 * Whether it is certain that no gateway has spent the token of a request that failed: it was never sent, or the gateway
 * said so under its seal. What a relay says, or a connection that breaks, proves nothing.
 */
function keepsToken(error: unknown, passage: SessionPassage | undefined): boolean {
  if (!passage || passage.fate === 'kept') return true;
  if (passage.fate === 'sent' || !(error instanceof ClientError)) return false;
  return error.code === 'server-refused' && error.detail !== undefined && !TOKEN_LOST.test(error.detail);
}

const isCutOff = (error: unknown): boolean =>
  error instanceof ClientError && error.code === 'answer-truncated';

/** Only what the gateway says under its seal counts: a relay must not be able to drain a wallet. */
const isTokenRefused = (error: unknown, held: Held | undefined): boolean =>
  held?.passage.fate === 'refused-under-seal' &&
  error instanceof ClientError &&
  error.detail !== undefined &&
  TOKEN_REFUSED.test(error.detail);

const isKeyUnknown = (error: unknown): boolean =>
  error instanceof ClientError && error.code === 'server-refused' && error.detail === 'key-unknown';

/** Longer every time, and not the same for everybody. */
function pause(tries: number, retryAfter: number | undefined): Promise<void> {
  const ms = Math.min(MOST_WAIT_MS, Math.max(50 * 2 ** tries, (retryAfter ?? 0) * 500));
  return new Promise((resolve) => {
    setTimeout(resolve, ms * (0.5 + Math.random()));
  });
}
