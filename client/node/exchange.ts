import { type Agent, type IncomingMessage, type OutgoingHttpHeaders, request } from 'node:http';
import { Readable } from 'node:stream';

/** What we send with `fetch`'s own fields: headers as a record, a body in one piece. */
export type ExchangeInit = Pick<RequestInit, 'method' | 'headers' | 'body' | 'signal'>;

/** One request over a connection of `agent`, answered as `fetch` does: when the head is there. */
export function exchange(agent: Agent, url: string, init: ExchangeInit): Promise<Response> {
  return new Promise((resolve, reject) => {
    const sent = request(url, {
      agent,
      method: init.method ?? 'GET',
      headers: { ...(init.headers as OutgoingHttpHeaders) },
      ...(init.signal ? { signal: init.signal } : {}),
    });
    sent.once('response', (incoming) => resolve(responseOf(incoming)));
    // For errors that come later too: those reach whoever reads the body.
    sent.on('error', reject);
    sent.end(init.body);
  });
}

function responseOf(incoming: IncomingMessage): Response {
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers)) headers.set(name, String(value));
  const { statusCode: status = 0 } = incoming;
  // A `Response` of such a status takes no body, and none came.
  if (status === 204 || status === 304) return new Response(incoming.resume() && null, { status, headers });
  return new Response(Readable.toWeb(incoming) as ReadableStream<Uint8Array>, { status, headers });
}
