/** The app's own backend, as somebody who is signed in to it. */
import type { Configuration } from '../server/parties.js';

export type AppErrorCode =
  /** No answer, or the connection broke. */
  | 'app-unreachable'
  /** It answered that it does not want to, or something that is no answer. */
  | 'app-refused'
  /** It does not know the sign-in, or not any more. */
  | 'sign-in-ended';

const WORDS: { readonly [code in AppErrorCode]: string } = {
  'app-unreachable': 'The app’s server cannot be reached, or the connection broke.',
  'app-refused': 'The app’s server refused, or did not answer what was asked.',
  'sign-in-ended': 'The sign-in has ended: sign in again.',
};

export class AppError extends Error {
  override readonly name = 'AppError';
  readonly code: AppErrorCode;

  constructor(code: AppErrorCode, options?: ErrorOptions) {
    super(WORDS[code], options);
    this.code = code;
  }
}

const UNAUTHORIZED = 401;

export class AppSession {
  readonly #site: string;
  readonly #ended: () => void;
  #token: string;
  #hasEnded = false;

  /** @param ended called when the backend does not know the sign-in any more */
  constructor(site: string, token: string, ended: () => void) {
    this.#site = site;
    this.#token = token;
    this.#ended = ended;
  }

  /** Whether somebody has to sign in again. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Goes on with another sign-in of the same person. */
  signIn(token: string): void {
    this.#token = token;
    this.#hasEnded = false;
  }

  /** What everybody may know. @throws AppError `app-unreachable`, `app-refused` */
  async configuration(): Promise<Configuration> {
    return (await this.#ask('/api/configuration', {})) as Configuration;
  }

  /** A fresh token for the issuer. @throws AppError */
  async token(): Promise<string> {
    const used = this.#token;
    try {
      const answer = await this.#ask('/api/app-token', {
        method: 'POST',
        headers: { authorization: `Bearer ${used}` },
      });
      const { token } = Object(answer) as { readonly token?: unknown };
      if (typeof token === 'string') return token;
      throw new AppError('app-refused');
    } catch (error) {
      // One that was replaced meanwhile has ended, and nothing with it.
      if (error instanceof AppError && error.code === 'sign-in-ended' && used === this.#token) {
        this.#hasEnded = true;
        this.#ended();
      }
      throw error;
    }
  }

  async #ask(path: string, init: RequestInit): Promise<unknown> {
    let response: Response;
    try {
      response = await fetch(`${this.#site}${path}`, init);
    } catch (cause) {
      throw new AppError('app-unreachable', { cause });
    }
    if (response.status === UNAUTHORIZED) throw new AppError('sign-in-ended');
    if (!response.ok) throw new AppError('app-refused');
    try {
      return await response.json();
    } catch (cause) {
      throw new AppError(cause instanceof SyntaxError ? 'app-refused' : 'app-unreachable', { cause });
    }
  }
}
