/** One session's way through relay and gateway: in the shape of `fetch`, so that a session need not know of it. */
import { formatAuthorization, type KeyConfig } from '../../wire/index.js';
import { ClientError } from '../error.js';
import type { Fetch } from '../http.js';
import { type Passage, streamedRequest, wholeRequest } from './oblivious.js';

/** The name that sessions know the other end by. It is never looked up: the relay knows the way. */
export const BEHIND_THE_RELAY = 'https://sotto.invalid';

const OPENING = '/v1/sessions';
const ROUTE_FIELD = 'sotto-route';

/** How far a token has got: only under its own seal can the gateway be believed to have refused a request. */
export type TokenFate = 'kept' | 'sent' | 'refused-under-seal';

/** A `fetch` for one session: the opening yields a route, which the request then takes together with a token. */
export class SessionPassage {
  readonly #passage: Passage;
  #route: string | undefined;
  #token: Uint8Array | undefined;
  #fate: TokenFate = 'kept';

  constructor(passage: Passage) {
    this.#passage = passage;
  }

  /** What has become of the token that was paid with. */
  get fate(): TokenFate {
    return this.#fate;
  }

  /** The gateway's key that the session was opened with, and its request is sealed to. */
  get keyConfig(): KeyConfig {
    return this.#passage.keyConfig;
  }

  /** The token that the one request will be made with. */
  pay(token: Uint8Array): void {
    this.#token = token;
  }

  readonly fetch: Fetch = async (url, { method, headers, body, signal }) => {
    const { pathname: path } = new URL(url);
    const request = {
      method: method === 'GET' ? 'GET' : 'POST',
      path,
      headers: { ...(headers as Record<string, string>) },
      body: body as Uint8Array,
      signal: signal ?? undefined,
    } as const;
    if (path === OPENING) {
      const response = await wholeRequest(this.#passage, request);
      this.#route = response.headers.get(ROUTE_FIELD) ?? undefined;
      return response;
    }
    if (this.#route === undefined || this.#token === undefined) {
      throw new ClientError('answer-malformed', 'The gateway gave the session no route.');
    }
    const authorization = formatAuthorization(this.#token);
    const paid = { ...request.headers, authorization, [ROUTE_FIELD]: this.#route };
    this.#fate = 'sent';
    const response = await streamedRequest(this.#passage, { ...request, headers: paid });
    if (!response.ok) this.#fate = 'refused-under-seal';
    return response;
  };
}
