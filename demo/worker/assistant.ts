/** Private AI as the app has it: the SDK with a wallet, a relay and a gateway, and what the shield shows of it. */
import {
  appToken,
  ClientError,
  directoryBy,
  directoryThroughRelay,
  type Fetch,
  GatewayKey,
  PrivateAi,
  readLedgerPolicy,
  TokenWallet,
  type Verdict,
} from 'sotto/client';
import { unboundChallenge } from 'sotto/wire';
import type { Store } from '../member/index.js';
import type { Configuration } from '../server/parties.js';
import { AppError, type AppSession } from './app-session.js';
import { KeptTokens } from './token-storage.js';
import { troubleOf } from './trouble.js';
import type { ShieldView } from './view.js';

const ask: Fetch = (url, init) => fetch(url, init);

export class Assistant {
  readonly ai: PrivateAi;
  readonly #wallet: TokenWallet;
  readonly #configuration: Configuration;
  readonly #changed: () => void;
  #tokens = 0;
  #failure: unknown;
  #refused: Verdict | undefined;

  private constructor(configuration: Configuration, store: Store, app: AppSession, changed: () => void) {
    const { relay, issuer, gateway, measurement, simulatedRoot } = configuration;
    const ledger = readLedgerPolicy(configuration.ledger);
    const gatewayKey = new GatewayKey(ask, {
      proof: new URL('/ohttp-keys/proof', relay).href,
      gateway,
      ledger,
    });
    this.#wallet = new TokenWallet({
      issuerUrl: issuer.url,
      challenge: unboundChallenge(issuer.name, [gateway]),
      credential: appToken(() => app.token()),
      routes: [directoryBy(ask, issuer.url), directoryThroughRelay(ask, relay, gatewayKey)],
      storage: new KeptTokens(store),
      batch: 8,
      ledger,
    });
    this.ai = new PrivateAi({
      relay,
      gatewayKey,
      tokens: this.#wallet,
      policy: { measurements: [bytesOf(measurement)] },
      ledger,
      ...(simulatedRoot ? { roots: { simulated: simulatedRoot } } : {}),
    });
    this.#configuration = configuration;
    this.#changed = changed;
  }

  /** @throws AppError `app-unreachable`, `app-refused` */
  static async start(store: Store, app: AppSession, changed: () => void): Promise<Assistant> {
    const assistant = new Assistant(await app.configuration(), store, app, changed);
    void assistant.verify();
    return assistant;
  }

  /** Verifies a machine anew, and gets tokens ahead of their use. */
  async verify(): Promise<void> {
    try {
      await this.ai.preconnect();
      this.succeeded();
      if ((await this.#wallet.available()) < FEW_TOKENS) await this.#wallet.refill();
    } catch (error) {
      this.failed(error);
    }
    await this.count();
  }

  /** Gets tokens, and drops those whose key the issuer does not list any more. */
  async #restock(): Promise<void> {
    await this.#wallet.refill().catch((error: unknown) => this.failed(error));
    await this.count();
  }

  succeeded(): void {
    this.#failure = undefined;
    this.#refused = undefined;
    this.#changed();
  }

  /** A request, or a look, that did not get through. */
  failed(error: unknown): void {
    this.#failure = error;
    if (error instanceof ClientError && error.verdict) this.#refused = error.verdict;
    this.#changed();
    // A token that the gateway does not take is seldom the only one.
    if (isTokenRefusal(error)) void this.#restock();
  }

  async count(): Promise<void> {
    this.#tokens = await this.#wallet.available();
    this.#changed();
  }

  get shield(): ShieldView {
    const { relay, issuer, measurement } = this.#configuration;
    const facts = { measurement, tokens: this.#tokens, relay, issuer: issuer.url };
    const verdict = this.#refused ?? this.ai.verdict;
    const failure = this.#failure;
    const trouble = failure === undefined ? {} : { trouble: troubleOf(failure) };
    if (failure !== undefined && !(verdict && isAboutTokens(failure))) {
      const state = isRefusal(failure) ? 'refused' : 'unreachable';
      return { ...facts, ...trouble, ...(verdict ? { verdict } : {}), state };
    }
    if (!verdict) return { ...facts, state: 'checking' };
    // Only of a machine that nothing is held against.
    const release = this.ai.release ? { release: this.ai.release } : {};
    const lacksTokens = failure !== undefined && this.#tokens === 0;
    const state = lacksTokens ? 'without-tokens' : verdict.simulated ? 'simulated' : 'verified';
    return { ...facts, ...trouble, ...release, verdict, state };
  }
}

/** Below that, more are fetched ahead. */
const FEW_TOKENS = 4;

/** Failures that say nothing about the machine, only about what it is asked with. */
const isAboutTokens = (error: unknown): boolean =>
  error instanceof AppError ||
  isTokenRefusal(error) ||
  (error instanceof ClientError && ['issuer-refused', 'token-unavailable'].includes(error.code));

const isTokenRefusal = (error: unknown): boolean =>
  error instanceof ClientError && error.code === 'server-refused' && /^token-/.test(error.detail ?? '');

/** Failures that say: somebody shows us what they should not. */
const isRefusal = (error: unknown): boolean =>
  error instanceof ClientError &&
  [
    'attestation-failed',
    'ledger-refused',
    'key-mismatch',
    'issuer-key-mismatch',
    'answer-malformed',
  ].includes(error.code);

const bytesOf = (hex: string): Uint8Array =>
  Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
