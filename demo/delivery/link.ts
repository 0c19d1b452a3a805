/** An app's connection to the delivery service: comes back by itself, and tells when it is there. */
import type { Answer, Answers, Push, Refusal, Request } from './protocol.js';

export type LinkErrorCode =
  | Refusal
  | 'offline'
  /** The service left out entries that it says are there. */
  | 'order-broken';

const WORDS: { readonly [code in LinkErrorCode]?: string } = {
  offline: 'There is no connection now.',
  'order-broken': 'The delivery service left something out.',
};

export class LinkError extends Error {
  override readonly name = 'LinkError';
  readonly code: LinkErrorCode;

  constructor(code: LinkErrorCode) {
    super(WORDS[code] ?? `The delivery service refused: ${code}.`);
    this.code = code;
  }
}

/** What is used of a WebSocket: the browser's, or that of `ws`. */
export interface Socket {
  send(data: string): void;
  close(): void;
  addEventListener(type: 'open' | 'close' | 'error', listener: () => void): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
}

export interface LinkOptions {
  readonly open: () => Socket;
  readonly token: string;
  /** Signed in: everything that was missed has to be fetched. */
  readonly online: (hello: Answers['hello']) => void;
  readonly offline: (code: LinkErrorCode) => void;
  readonly push: (push: Push) => void;
}

interface Waiting {
  resolve(value: unknown): void;
  reject(error: LinkError): void;
}

const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 15_000;

export class Link {
  readonly #options: LinkOptions;
  readonly #waiting = new Map<number, Waiting>();
  #token: string;
  /** The connection that counts, once it is there. */
  #socket: Socket | undefined;
  /** The last one that was begun. */
  #latest: Socket | undefined;
  #next = 1;
  #retryMs = FIRST_RETRY_MS;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stopped = false;

  constructor(options: LinkOptions) {
    this.#options = options;
    this.#token = options.token;
    this.#connect();
  }

  /** @throws LinkError */
  ask<Op extends Request['op']>(request: Extract<Request, { op: Op }>): Promise<Answers[Op]> {
    const socket = this.#socket;
    if (!socket) return Promise.reject(new LinkError('offline'));
    const re = this.#next++;
    return new Promise<Answers[Op]>((resolve, reject) => {
      this.#waiting.set(re, { resolve: (value) => resolve(value as Answers[Op]), reject });
      socket.send(JSON.stringify({ re, ...request }));
    });
  }

  close(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#socket?.close();
  }

  /** Comes back with another sign-in. What waits for an answer is told that it was offline. */
  signIn(token: string): void {
    const former = this.#latest;
    this.#token = token;
    this.#stopped = false;
    clearTimeout(this.#timer);
    this.#lost();
    this.#connect();
    former?.close();
  }

  /** Does not wait any longer with the next try: the network is said to be back. */
  retryNow(): void {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#connect();
  }

  #connect(): void {
    this.#timer = undefined;
    const socket = this.#options.open();
    this.#latest = socket;
    socket.addEventListener('open', () => {
      if (this.#latest !== socket) return;
      this.#socket = socket;
      this.ask<'hello'>({ op: 'hello', token: this.#token }).then(
        (hello) => {
          this.#retryMs = FIRST_RETRY_MS;
          this.#options.online(hello);
        },
        (error: LinkError) => {
          if (this.#latest !== socket) return;
          // Signing in again is the page's; trying again would not help.
          if (error.code === 'not-signed-in') this.#stopped = true;
          this.#options.offline(error.code);
          socket.close();
        },
      );
    });
    socket.addEventListener('message', ({ data }) => {
      if (this.#latest === socket) this.#received(String(data));
    });
    socket.addEventListener('error', () => undefined);
    socket.addEventListener('close', () => {
      // Another one has taken its place.
      if (this.#latest !== socket) return;
      this.#lost();
      if (this.#stopped) return;
      this.#options.offline('offline');
      this.#timer = setTimeout(() => this.#connect(), this.#retryMs);
      this.#retryMs = Math.min(LAST_RETRY_MS, this.#retryMs * 2);
    });
  }

  #lost(): void {
    this.#socket = undefined;
    for (const { reject } of this.#waiting.values()) reject(new LinkError('offline'));
    this.#waiting.clear();
  }

  #received(data: string): void {
    const message = JSON.parse(data) as Answer | Push;
    if ('push' in message) {
      this.#options.push(message);
      return;
    }
    const waiting = this.#waiting.get(message.re);
    this.#waiting.delete(message.re);
    if (message.ok) waiting?.resolve(message.value);
    else waiting?.reject(new LinkError(message.code));
  }
}
