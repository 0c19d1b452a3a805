import { bytesToHex } from '@noble/hashes/utils.js';
import type { LedgerPolicy } from '../../ledger/index.js';
import {
  type BlindSignature,
  challengeDigest,
  decodeTokenBatchResponse,
  encodeTokenBatchRequest,
  TOKEN_BATCH_REQUEST_TYPE,
  TOKEN_BATCH_RESPONSE_TYPE,
  type TokenChallenge,
  truncatedKeyId,
  WireError,
} from '../../wire/index.js';
import { ClientError } from '../error.js';
import { type Fetch, networkError, post, readAtMost } from '../http.js';
import { Blinder, type PendingToken } from './blind.js';
import type { Credential } from './credential.js';
import { type AgreedDirectory, agreedDirectory, type DirectoryRoute } from './directory.js';
import { MemoryStorage, type StoredToken, type TokenStorage } from './storage.js';

export interface WalletOptions {
  /** Of the issuer, without a path: `https://issuer.example`. */
  readonly issuerUrl: string;
  /** What the tokens are for: `unboundChallenge(issuer's name, gateway's names)`. */
  readonly challenge: TokenChallenge;
  readonly credential: Credential;
  /** Independent ways to the issuer's directory; at least one of them should hide who asks. */
  readonly routes: readonly [DirectoryRoute, DirectoryRoute, ...DirectoryRoute[]];
  /** The log that the issuer's key has to be in. */
  readonly ledger?: LedgerPolicy | undefined;
  /** Memory when left out. */
  readonly storage?: TokenStorage;
  /** How many tokens to ask for at a time; 16 when left out. */
  readonly batch?: number;
  /** The platform's `fetch` when left out. */
  readonly fetch?: Fetch;
  /** In seconds since 1970; the system's clock when left out. */
  readonly now?: () => number;
}

const BATCH = 16;
/** A token that has less than that to live might arrive too late, in seconds. */
const MARGIN_S = 30;
const RESPONSE_BYTES = 512;

/**
 * Gets tokens ahead and gives each of them away once. The issuer sees whose wallet it is and blinded messages, whoever gets
 * the tokens sees neither. Fetch them some time before they are needed: tokens that are spent the moment they were issued
 * can be told by the clock.
 */
export class TokenWallet {
  readonly challenge: TokenChallenge;
  readonly #options: WalletOptions;
  readonly #storage: TokenStorage;
  readonly #now: () => number;
  readonly #fetch: Fetch;
  readonly #taken = new WeakMap<Uint8Array, StoredToken>();
  #refilling: Promise<void> | undefined;

  constructor(options: WalletOptions) {
    this.#options = options;
    this.challenge = options.challenge;
    this.#storage = options.storage ?? new MemoryStorage();
    this.#now = options.now ?? (() => Date.now() / 1000);
    this.#fetch = options.fetch ?? ((url, init) => fetch(url, init));
  }

  /** How many tokens are there to be taken. */
  available(): Promise<number> {
    return this.#storage.count(this.#now() + MARGIN_S);
  }

  /**
   * An encoded token, which will not be given to anybody else; asks the issuer for more when there is none.
   * @throws ClientError `token-unavailable`; whatever `refill` throws
   */
  async take(signal?: AbortSignal): Promise<Uint8Array> {
    const kept = await this.#storage.take(this.#now() + MARGIN_S);
    if (kept) return this.#handedOut(kept);
    await this.refill(signal);
    const fresh = await this.#storage.take(this.#now() + MARGIN_S);
    if (fresh) return this.#handedOut(fresh);
    throw new ClientError('token-unavailable', 'There is no token left: others took all that came.');
  }

  /** Takes back a token that was not spent. Only what this wallet handed out, and only once. */
  async giveBack(token: Uint8Array): Promise<void> {
    const stored = this.#taken.get(token);
    if (stored && this.#taken.delete(token)) await this.#storage.add([stored]);
  }

  #handedOut(stored: StoredToken): Uint8Array {
    this.#taken.set(stored.token, stored);
    return stored.token;
  }

  /**
   * Gets a batch of tokens. Calls while one is on its way wait for that one.
   * @throws ClientError `issuer-refused`, `issuer-key-mismatch`, `token-unavailable`, `network-failed`,
   *   `answer-malformed`, `aborted`; whatever the credential throws
   */
  refill(signal?: AbortSignal): Promise<void> {
    this.#refilling ??= this.#refill(signal).finally(() => {
      this.#refilling = undefined;
    });
    return this.#refilling;
  }

  async #refill(signal: AbortSignal | undefined): Promise<void> {
    const { routes, ledger, batch = BATCH } = this.#options;
    const logged = ledger && { ledger, name: this.challenge.issuerName };
    const directory = await agreedDirectory(routes, this.#now(), signal, logged);
    await this.#storage.keep(directory.listed);
    const { key, notAfter } = directory.issuing;
    const blinder = await Blinder.for(key);
    const digest = challengeDigest(this.challenge);
    const pending: PendingToken[] = [];
    while (pending.length < batch) {
      pending.push(await blinder.begin(digest));
      await breath();
      if (signal?.aborted) throw networkError(signal.reason, signal);
    }
    const signatures = await this.#request(directory, pending, signal);
    const keyId = bytesToHex(key.id);
    for (const [i, signature] of signatures.entries()) {
      const token = await pending[i]!.finish(signature);
      await this.#storage.add([{ token, keyId, expires: notAfter }]);
      await breath();
    }
  }

  async #request(
    { requestUri, issuing }: AgreedDirectory,
    pending: readonly PendingToken[],
    signal: AbortSignal | undefined,
  ): Promise<readonly BlindSignature[]> {
    const url = this.#requestUrl(requestUri);
    const truncated = truncatedKeyId(issuing.key.id);
    const body = encodeTokenBatchRequest(
      pending.map(({ blindedMessage }) => ({ truncatedKeyId: truncated, blindedMessage })),
    );
    const type = TOKEN_BATCH_REQUEST_TYPE;
    const authority = this.challenge.issuerName;
    const proved = { authority, path: url.pathname, type, body };
    const fields = await this.#options.credential.fields(proved, this.#now());
    const answer = TOKEN_BATCH_RESPONSE_TYPE;
    const response = await post(this.#fetch, { url: url.href, type, body, answer, fields, signal }).catch(
      refused,
    );
    const bytes = await readAtMost(response, RESPONSE_BYTES * (pending.length + 1), signal);
    return signaturesOf(bytes, pending.length);
  }

  /** The credential goes to the issuer itself, wherever its directory points. */
  #requestUrl(requestUri: string): URL {
    const { issuerUrl } = this.#options;
    try {
      const url = new URL(requestUri, issuerUrl);
      if (url.origin === new URL(issuerUrl).origin) return url;
    } catch (cause) {
      throw new ClientError('url-invalid', 'The address of the issuer is not a URL.', { cause });
    }
    throw new ClientError('answer-malformed', 'The directory points to somebody else.', {
      detail: 'token-directory-malformed',
    });
  }
}

/** Lets others run: blinding takes the thread for a while. */
const breath = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

function refused(error: unknown): never {
  if (!(error instanceof ClientError) || error.code !== 'server-refused') throw error;
  const { detail, retryAfter } = error;
  throw new ClientError('issuer-refused', 'The issuer gives no tokens.', {
    detail,
    retryAfter,
    cause: error,
  });
}

function signaturesOf(bytes: Uint8Array, count: number): readonly BlindSignature[] {
  try {
    const signatures = decodeTokenBatchResponse(bytes).filter((signature) => signature !== undefined);
    if (signatures.length === count) return signatures;
  } catch (cause) {
    if (!(cause instanceof WireError)) throw cause;
    throw new ClientError('answer-malformed', `The issuer's answer is malformed: ${cause.message}.`, {
      detail: cause.code,
      cause,
    });
  }
  throw new ClientError('answer-malformed', 'The issuer did not answer each request.', {
    detail: 'token-response-malformed',
  });
}
