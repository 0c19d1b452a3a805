import { Agent, type RequestInit as UndiciInit, fetch as undiciFetch } from 'undici';
import type { Fetch } from '../http.js';

export interface PrivateFetchOptions {
  /** Certificate authorities to accept, in PEM; those that Node knows when left out. */
  readonly ca?: string;
}

/** For how long a connection is kept for a request that follows, in milliseconds, whatever the server proposes. */
const KEEP_ALIVE_MS = 4_000;

/**
 * A `fetch` for the private path in Node. It resumes no TLS session: a ticket of an earlier connection (RFC 8446 §2.2)
 * would tell a relay that the same client is back, also from another address. Connections end soon after their request,
 * and there are no cookies.
 */
export function privateFetch({ ca }: PrivateFetchOptions = {}): Fetch {
  const dispatcher = new Agent({
    maxCachedSessions: 0,
    keepAliveTimeout: KEEP_ALIVE_MS,
    keepAliveMaxTimeout: KEEP_ALIVE_MS,
    ...(ca === undefined ? {} : { connect: { ca } }),
  });
  // The types of undici and of the platform's fetch, which is undici too, differ in name only.
  return (url, init) =>
    undiciFetch(url, { ...(init as UndiciInit), dispatcher }) as unknown as Promise<Response>;
}
