/** The log's own paths over HTTP: entries in, proof bundles out. What comes is bytes, for others to verify. */
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { BodyTooLong, bodyAtMost } from './body.js';

/** Where an entry is, and what its bundle is asked for by. */
export interface PlacedEntry {
  readonly index: number;
  readonly id: string;
}

/** `not-yet` while the witnesses have not seen the entry. */
export type BundleAnswer = Uint8Array | 'unknown' | 'not-yet';

/** Longest bundle that is read. */
const MAX_BYTES = 512 * 1024;
const TIMEOUT_MS = 10_000;

/** Why the log did not do as it was asked. */
export class LogError extends Error {
  override readonly name = 'LogError';
  readonly code: 'log-unreachable' | 'log-refused';
  /** The log's own code. */
  readonly detail: string | undefined;

  constructor(
    code: LogError['code'],
    message: string,
    options: ErrorOptions & { readonly detail?: string } = {},
  ) {
    super(message, options);
    this.code = code;
    this.detail = options.detail;
  }
}

export class LogClient {
  readonly #origin: string;
  readonly #timeoutMs: number;

  /**
   * @param origin `https://log.example`
   * @param timeoutMs for one answer, in milliseconds
   */
  constructor(origin: string, timeoutMs: number = TIMEOUT_MS) {
    this.#origin = origin;
    this.#timeoutMs = timeoutMs;
  }

  /**
   * Brings a signed entry in; one that is there already is found again.
   * @throws LogError
   */
  async append(entry: Uint8Array): Promise<PlacedEntry> {
    const headers = { 'content-type': 'application/json' };
    const body = entry as Uint8Array<ArrayBuffer>;
    const response = await this.#ask('/v1/entries', { method: 'POST', headers, body });
    if (!response.ok) throw await refusal(response);
    const { index, id } = Object(await this.#reading(() => response.json()));
    if (Number.isSafeInteger(index) && typeof id === 'string' && /^[0-9a-f]{64}$/.test(id))
      return { index, id };
    throw new LogError('log-refused', 'What answers there is no log.');
  }

  /** The proof bundle of an entry. @throws LogError */
  bundle(id: string): Promise<BundleAnswer> {
    return this.#bundle(`/v1/bundles/${id}`);
  }

  /** The proof bundle of the release with a measurement, in hexadecimal. @throws LogError */
  releaseBundle(measurement: string): Promise<BundleAnswer> {
    return this.#bundle(`/v1/bundles/release/${measurement}`);
  }

  async #bundle(path: string): Promise<BundleAnswer> {
    const response = await this.#ask(path, {});
    if (response.status === 404) return 'unknown';
    if (response.status === 503) return 'not-yet';
    if (!response.ok) throw await refusal(response);
    const body = response.body ? Readable.fromWeb(response.body as ReadableStream) : Readable.from([]);
    return new Uint8Array(await this.#reading(() => bodyAtMost(body, MAX_BYTES)));
  }

  #ask(path: string, init: RequestInit): Promise<Response> {
    const signal = AbortSignal.timeout(this.#timeoutMs);
    return this.#reading(() => fetch(this.#origin + path, { redirect: 'error', signal, ...init }));
  }

  async #reading<T>(read: () => Promise<T>): Promise<T> {
    try {
      return await read();
    } catch (cause) {
      if (cause instanceof BodyTooLong)
        throw new LogError('log-refused', 'What answers there is no log: its bundle is too long.');
      throw new LogError('log-unreachable', 'The log cannot be reached.', { cause });
    }
  }
}

async function refusal(response: Response): Promise<LogError> {
  const problem: unknown = await response.json().catch(() => undefined);
  const { code, detail } = Object(problem) as { readonly code?: unknown; readonly detail?: unknown };
  const found = [detail, code].find((word) => typeof word === 'string' && /^[a-z-]{1,64}$/.test(word));
  const word = (found as string | undefined) ?? `HTTP ${response.status}`;
  return new LogError('log-refused', `The log refused (${word}).`, { detail: word });
}
