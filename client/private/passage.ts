/** One session's way through relay and gateway: in the shape of `fetch`, so that a session need not know of it. */
import { formatAuthorization } from '../../wire/index.js';
import { ClientError } from '../error.js';
import type { Fetch } from '../http.js';
import { type Passage, streamedRequest, wholeRequest } from './oblivious.js';

/** The name that sessions know the other end by. It is never looked up: the relay knows the way. */
export const BEHIND_THE_RELAY = 'https://sotto.invalid';

const OPENING = '/v1/sessions';
const ROUTE_FIELD = 'sotto-route';

/** A `fetch` for one session: the opening yields a route, which the request then takes together with a token. */
export class SessionPassage {
  readonly #passage: Passage;
  #route: string | undefined;
  #token: Uint8Array | undefined;

  constructor(passage: Passage) {
    this.#passage = passage;
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
    return streamedRequest(this.#passage, {
      ...request,
      headers: {
        ...request.headers,
        authorization: formatAuthorization(this.#token),
        [ROUTE_FIELD]: this.#route,
      },
    });
  };
}
