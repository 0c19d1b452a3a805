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

  /** @throws ClientError `network-failed` */
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
      if ((await this.#wallet.available()) < 4) await this.#wallet.refill();
    } catch (error) {
      this.failed(error);
    }
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
  }

  async count(): Promise<void> {
    this.#tokens = await this.#wallet.available();
    this.#changed();
  }

  get shield(): ShieldView {
    const { relay, issuer, measurement } = this.#configuration;
    const facts = { measurement, tokens: this.#tokens, relay, issuer: issuer.url };
    const verdict = this.#refused ?? this.ai.verdict;
    const shown = verdict ? { ...facts, verdict } : facts;
    if (this.#failure !== undefined) {
      const trouble = troubleOf(this.#failure);
      return { ...shown, trouble, state: isRefusal(this.#failure) ? 'refused' : 'unreachable' };
    }
    if (!verdict) return { ...facts, state: 'checking' };
    return { ...shown, state: verdict.simulated ? 'simulated' : 'verified' };
  }
}

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

/** The app's own backend. */
export class AppSession {
  readonly #site: string;
  readonly #token: string;

  constructor(site: string, token: string) {
    this.#site = site;
    this.#token = token;
  }

  async configuration(): Promise<Configuration> {
    return (await this.#ask('/api/configuration')) as Configuration;
  }

  /** A fresh token for the issuer. */
  async token(): Promise<string> {
    const answer = await this.#ask('/api/app-token', {
      method: 'POST',
      headers: { authorization: `Bearer ${this.#token}` },
    });
    return (answer as { readonly token: string }).token;
  }

  async #ask(path: string, init: RequestInit = {}): Promise<unknown> {
    const response = await fetch(`${this.#site}${path}`, init).catch((cause: unknown) => {
      throw new ClientError('network-failed', 'The app’s server cannot be reached.', { cause });
    });
    if (response.ok) return response.json();
    throw new ClientError('issuer-refused', 'The app’s server refused.', { detail: 'app-token-expired' });
  }
}
