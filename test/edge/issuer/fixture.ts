import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import {
  accountKey,
  accountPublicKey,
  directoryBy,
  TokenWallet,
  type WalletOptions,
} from '../../../client/wallet/index.js';
import type { EdgeEvent, RunningParty } from '../../../edge/index.js';
import { type IssuerConfig, startIssuer } from '../../../edge/issuer/index.js';
import {
  blindedMessage,
  type DirectoryKey,
  decodeDirectory,
  encodeTokenBatchRequest,
  ISSUER_DIRECTORY_PATH,
  issuingKey,
  TOKEN_BATCH_REQUEST_TYPE,
  truncatedKeyId,
  unboundChallenge,
} from '../../../wire/index.js';

export const NAME = 'issuer.example';
export const CHALLENGE = unboundChallenge(NAME, ['gateway.example']);
export const EPOCH = 1000;
export const OVERLAP = 100;
export const SEED = new Uint8Array(32).fill(7);

/** An issuer in this process, with a clock that a test moves and a folder that it keeps over restarts. */
export class TestIssuer {
  readonly folder: string;
  readonly events: EdgeEvent[] = [];
  readonly config: IssuerConfig;
  /** In seconds since 1970: the middle of epoch 20 at first. */
  time = 20 * EPOCH + EPOCH / 2;
  #issuer: RunningParty | undefined;

  constructor(change: Partial<IssuerConfig> = {}) {
    this.folder = mkdtempSync(join(tmpdir(), 'sotto-issuer-'));
    const file = join(this.folder, 'accounts.json');
    const publicKey = Buffer.from(accountPublicKey(SEED)).toString('hex');
    const accounts = ['ann', 'ben'].map((name) => ({ name, publicKey }));
    writeFileSync(file, JSON.stringify({ version: 1, accounts }));
    this.config = {
      issuerName: NAME,
      listen: { host: '127.0.0.1', port: 0 },
      stateFolder: join(this.folder, 'state'),
      epochSeconds: EPOCH,
      overlapSeconds: OVERLAP,
      quotaPerEpoch: 8,
      tokensPerRequest: 8,
      accountKeys: { file, clockSkewSeconds: 60 },
      ...change,
    };
  }

  get url(): string {
    if (!this.#issuer) throw new Error('the issuer is not running');
    return this.#issuer.url;
  }

  readonly now = (): number => this.time;

  async start(): Promise<this> {
    this.#issuer = await startIssuer({
      config: this.config,
      log: (event) => this.events.push(event),
      now: this.now,
    });
    return this;
  }

  async stop(): Promise<void> {
    await this.#issuer?.close();
    this.#issuer = undefined;
  }

  async end(): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true });
  }

  wallet(change: Partial<WalletOptions> = {}): TokenWallet {
    const route = directoryBy(fetch, this.url);
    return new TokenWallet({
      issuerUrl: this.url,
      challenge: CHALLENGE,
      credential: accountKey('ann', SEED),
      routes: [route, route],
      batch: 2,
      now: this.now,
      ...change,
    });
  }

  async keys(): Promise<readonly DirectoryKey[]> {
    const response = await fetch(this.url + ISSUER_DIRECTORY_PATH);
    return decodeDirectory(new Uint8Array(await response.arrayBuffer())).keys;
  }
}

/** A request for tokens by hand: blinded messages that nobody will unblind. */
export interface ByHand {
  readonly tokens?: number;
  readonly account?: string;
  readonly seed?: Uint8Array;
  /** When the proof says that it was made; now when left out. */
  readonly created?: number;
  /** Name of the issuer that the proof is for. */
  readonly authority?: string;
  readonly type?: string;
  readonly body?: Uint8Array;
  /** Replaces the proof. */
  readonly fields?: Readonly<Record<string, string>>;
}

export async function askByHand(issuer: TestIssuer, request: ByHand = {}): Promise<Response> {
  const { type = TOKEN_BATCH_REQUEST_TYPE, fields } = request;
  const body = request.body ?? (await bodyOf(issuer, request.tokens ?? 1));
  const headers = fields ?? (await proofOf(issuer, request, type, body));
  return fetch(`${issuer.url}/token-request`, {
    method: 'POST',
    headers: { ...headers, 'content-type': type },
    body: Buffer.from(body),
  });
}

export async function proofOf(
  issuer: TestIssuer,
  { account = 'ann', seed = SEED, created = issuer.time, authority = NAME }: ByHand,
  type: string,
  body: Uint8Array,
): Promise<Readonly<Record<string, string>>> {
  return accountKey(account, seed).fields({ authority, path: '/token-request', type, body }, created);
}

export async function bodyOf(issuer: TestIssuer, tokens: number): Promise<Uint8Array> {
  const { key } = issuingKey(await issuer.keys(), issuer.time)!;
  return encodeTokenBatchRequest(
    Array.from({ length: tokens }, () => ({
      truncatedKeyId: truncatedKeyId(key.id),
      blindedMessage: blindedMessage(randomBytes(256).fill(0, 0, 1)),
    })),
  );
}

/** Status, code and detail of a problem document. */
export async function problem(response: Response): Promise<object> {
  expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  const { code, detail } = (await response.json()) as { code: string; detail?: string };
  return detail === undefined ? { status: response.status, code } : { status: response.status, code, detail };
}
