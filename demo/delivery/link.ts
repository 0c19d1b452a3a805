/** An app's connection to the delivery service: comes back by itself, and tells when it is there. */
import { parseFrame, parseValue } from './answer.js';
import { LinkError, type LinkErrorCode } from './link-error.js';
import type { Answers, Push, Request } from './protocol.js';

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
  /** @throws LinkError `answer-malformed` when the value is none that its request is answered with */
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
      const answered = (value: unknown) => resolve(parseValue<Op>(request.op, value));
      this.#waiting.set(re, { resolve: answered, reject });
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
    this.#lost('offline');
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
    let isGone = false;
    /** Told once for each connection, with the first reason that there is, and not when another one has taken its place. */
    const gone = (code: LinkErrorCode) => {
      if (isGone || this.#latest !== socket) return;
      isGone = true;
      this.#lost(code);
      if (!this.#stopped || code !== 'offline') this.#options.offline(code);
    };
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
          gone(error.code);
          socket.close();
        },
      );
    });
    socket.addEventListener('message', ({ data }) => {
      if (isGone || this.#latest !== socket) return;
      try {
        this.#received(String(data));
      } catch (error) {
        if (!(error instanceof LinkError)) throw error;
        // Whatever else it says on this connection is worth as little, and the next one will hardly be better at once.
        gone(error.code);
        this.#retryMs = LAST_RETRY_MS;
        socket.close();
      }
    });
    socket.addEventListener('error', () => undefined);
    socket.addEventListener('close', () => {
      gone('offline');
      if (this.#latest !== socket) return;
      if (this.#stopped) return;
      this.#timer = setTimeout(() => this.#connect(), this.#retryMs);
      this.#retryMs = Math.min(LAST_RETRY_MS, this.#retryMs * 2);
    });
  }

  #lost(code: LinkErrorCode): void {
    this.#socket = undefined;
    for (const { reject } of this.#waiting.values()) reject(new LinkError(code));
    this.#waiting.clear();
  }

  #received(data: string): void {
    const message = parseFrame(data);
    if ('push' in message) {
      this.#options.push(message);
      return;
    }
    const waiting = this.#waiting.get(message.re);
    if (message.ok) waiting?.resolve(message.value);
    else waiting?.reject(new LinkError(message.code));
    this.#waiting.delete(message.re);
  }
}
