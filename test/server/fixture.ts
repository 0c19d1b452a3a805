import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import {
  type ConnectionOptions,
  connect,
  ownMessages,
  type PinnedTrust,
  type Session,
  type SessionEvent,
} from '../../client/index.js';
import type { Limits } from '../../server/index.js';

export interface FixtureOptions {
  readonly limits?: Partial<Limits>;
  /** Also takes direct RA-TLS connections; with `peers`, sessions are for peers only. */
  readonly direct?: { readonly peers?: boolean };
  readonly tsm?: {
    readonly kind?: 'configfs';
    readonly delayMs?: number;
    readonly failing?: readonly number[];
  };
}

/** A server process. Everything it wrote to standard error is kept. */
export class TestServer {
  readonly url: string;
  /** Empty when there is none. */
  readonly directUrl: string;
  readonly process: ChildProcess;
  readonly #errors: () => string;
  readonly #next: () => Promise<string>;

  private constructor(
    process: ChildProcess,
    [url, directUrl]: readonly [string, string],
    errors: () => string,
    next: () => Promise<string>,
  ) {
    this.process = process;
    this.url = url;
    this.directUrl = directUrl;
    this.#errors = errors;
    this.#next = next;
  }

  /** Starts it and waits until it listens and a report has been made (or, if asked, only the first). */
  static async start(
    options: FixtureOptions = {},
    until: 'ready' | 'listening' = 'ready',
  ): Promise<TestServer> {
    const script = fileURLToPath(new URL('fixture-server.mjs', import.meta.url));
    const child = spawn(process.execPath, [script, JSON.stringify(options)], {
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let errors = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      errors += text;
    });
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const next = async () => {
      const { value, done } = await lines.next();
      if (done) throw new Error(`the server ended: ${errors}`);
      return value as string;
    };
    const server = new TestServer(child, [await next(), await next()], () => errors, next);
    if (until === 'ready') await server.ready();
    return server;
  }

  /** Its log and whatever else it said. */
  get errors(): string {
    return this.#errors();
  }

  get pid(): number {
    return this.process.pid!;
  }

  async ready(): Promise<void> {
    while ((await fetch(`${this.url}/readyz`)).status !== 200)
      await new Promise((resolve) => setTimeout(resolve, 20));
  }

  /** Makes it keep bytes for ever. */
  async leak(bytes: Uint8Array): Promise<void> {
    this.process.stdin!.write(`${Buffer.from(bytes).toString('hex')}\n`);
    await this.#next();
  }

  connect(options: Partial<ConnectionOptions & PinnedTrust> = {}): Promise<Session> {
    return connect({ url: this.url, ...TRUST, ...options });
  }

  /** Waits for its end. @returns its exit code; null when a signal killed it */
  async exit(): Promise<number | null> {
    if (this.process.exitCode === null && this.process.signalCode === null) await once(this.process, 'exit');
    return this.process.exitCode;
  }

  async stop(): Promise<void> {
    this.process.kill('SIGTERM');
    await this.exit();
  }
}

/** What a client has to be told to accept a test server. */
export const TRUST = {
  policy: { measurements: [new Uint8Array(48).fill(7)] },
  roots: { simulated: 'sotto-simulated' },
} as const;

export async function collect(events: AsyncIterable<SessionEvent>): Promise<SessionEvent[]> {
  const all: SessionEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}

export const textOf = (events: readonly SessionEvent[]): string =>
  events.map((event) => (event.kind === 'text' ? event.text : '')).join('');

export const CHAT = {
  messages: ownMessages([
    { sender: 'Anna', text: 'Lunch at 12 tomorrow?' },
    { sender: 'Ben', text: 'I can only do 13:00' },
    { sender: 'Anna', text: 'Ok, 13:00 at the usual place' },
  ]),
};
