/** Keeps entries in the log, and their proof bundles at hand: what a party shows so that nobody need take its word. */
import { request } from 'undici';
import { MAX_BUNDLE_BYTES, manifestId } from '../ledger/index.js';
import { readSigner, type Signer, signEntry } from '../ledger/node/index.js';
import { bodyAtMost } from './body.js';
import { EdgeError } from './error.js';

/** How a party publishes in the log. */
export interface LedgerAccess {
  /** The log's origin. */
  readonly url: string;
  /** The file with the private key that the log's key set names for this role. */
  readonly key: string;
}

interface Kept {
  readonly manifest: object;
  readonly id: string;
  bundle?: Buffer;
  renew: number;
}

const TIMEOUT_MS = 10_000;
/** A bundle's view of the log is renewed as often as this. */
const RENEW_MS = 10_000;
const LOOK_MS = 500;

export class LogEntries {
  readonly #url: string;
  readonly #signer: Signer;
  readonly #wanted: () => readonly object[];
  #kept: Kept[] = [];
  #looking: Promise<void> | undefined;
  readonly #timer: NodeJS.Timeout;

  private constructor(url: string, signer: Signer, wanted: () => readonly object[]) {
    this.#url = url;
    this.#signer = signer;
    this.#wanted = wanted;
    this.#timer = setInterval(() => void this.look(), LOOK_MS);
  }

  /**
   * Has tried once when it resolves, and tries on.
   * @param wanted the manifests that have to be in the log now
   * @throws EdgeError `state-unusable` when the key cannot be read
   */
  static async start({ url, key }: LedgerAccess, wanted: () => readonly object[]): Promise<LogEntries> {
    const signer = await readSigner(key).catch((cause: unknown) => {
      throw new EdgeError('state-unusable', 'The key for the log cannot be read.', { cause });
    });
    const entries = new LogEntries(url, signer, wanted);
    await entries.look();
    return entries;
  }

  /** Whether everything that is wanted can be proved. */
  get ready(): boolean {
    return this.#kept.length > 0 && this.#kept.every(({ bundle }) => bundle !== undefined);
  }

  /** The last bundle that there was of a manifest that is wanted. */
  bundleOf(manifest: object): Buffer | undefined {
    const id = manifestId(manifest);
    return this.#kept.find((kept) => kept.id === id)?.bundle;
  }

  /** The last bundle of the only manifest that is wanted. */
  get bundle(): Buffer | undefined {
    return this.#kept[0]?.bundle;
  }

  look(): Promise<void> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#looking;
  }

  async #look(): Promise<void> {
    this.#kept = this.#wanted().map((manifest) => {
      const id = manifestId(manifest);
      return this.#kept.find((kept) => kept.id === id) ?? { manifest, id, renew: 0 };
    });
    await Promise.all(
      this.#kept.map(async (kept) => {
        if (performance.now() < kept.renew) return;
        try {
          kept.bundle = await this.#bundle(kept);
          kept.renew = performance.now() + RENEW_MS;
        } catch {
          // What is held is shown until clients find it too old; `ready` tells when there is nothing.
        }
      }),
    );
  }

  async #bundle(kept: Kept): Promise<Buffer> {
    const known = await this.#ask('GET', `/v1/bundles/${kept.id}`);
    if (known.status === 200) return known.body;
    if (known.status === 404) {
      await this.#ask('POST', '/v1/entries', signEntry(kept.manifest, [this.#signer]));
    }
    throw new Error('the witnesses have not seen it yet');
  }

  async #ask(method: 'GET' | 'POST', path: string, entry?: Uint8Array) {
    const { statusCode, body } = await request(this.#url + path, {
      method,
      headers: { 'content-type': 'application/json' },
      body: entry ?? null,
      headersTimeout: TIMEOUT_MS,
      bodyTimeout: TIMEOUT_MS,
    });
    return { status: statusCode, body: await bodyAtMost(body, MAX_BUNDLE_BYTES) };
  }
}
