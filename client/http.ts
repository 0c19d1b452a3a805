/** HTTP as this protocol wants it: nothing that outlives a request, and refusals as typed errors. */
import { ClientError } from './error.js';

/** `fetch`, or something with its shape. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export interface Post {
  readonly url: string;
  readonly type: string;
  readonly body: Uint8Array;
  /** The media type that the answer has to have. */
  readonly answer: string;
  /** Further header fields. */
  readonly fields?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
}

export type Get = Pick<Post, 'url' | 'answer' | 'signal'>;

/**
 * Sends bytes and returns the answer once its head is there.
 * @throws ClientError `network-failed`, `server-refused`, `answer-malformed`, `aborted`
 */
export function post(fetchWith: Fetch, request: Post): Promise<Response> {
  const { type, body, answer, fields } = request;
  return exchange(fetchWith, request, {
    method: 'POST',
    headers: { ...fields, 'content-type': type, accept: answer },
    body: body as Uint8Array<ArrayBuffer>,
  });
}

/**
 * Asks for something public, past any cache.
 * @throws ClientError `network-failed`, `server-refused`, `answer-malformed`, `aborted`
 */
export function get(fetchWith: Fetch, request: Get): Promise<Response> {
  return exchange(fetchWith, request, { method: 'GET', headers: { accept: request.answer } });
}

async function exchange(
  fetchWith: Fetch,
  { url, answer, signal }: Get,
  init: RequestInit,
): Promise<Response> {
  let response: Response;
  try {
    response = await fetchWith(url, {
      ...init,
      cache: 'no-store',
      credentials: 'omit',
      redirect: 'error',
      referrerPolicy: 'no-referrer',
      ...(signal ? { signal } : {}),
    });
  } catch (cause) {
    throw networkError(cause, signal);
  }
  if (!response.ok) throw await refusal(response);
  if (response.headers.get('content-type')?.split(';')[0]?.trim() !== answer) {
    throw new ClientError('answer-malformed', 'The server answered with another media type than asked for.');
  }
  return response;
}

/** Our error for whatever `fetch` or its stream threw; what is ours already stays as it is. */
export function networkError(cause: unknown, signal: AbortSignal | undefined): ClientError {
  if (cause instanceof ClientError) return cause;
  if (signal?.aborted) return new ClientError('aborted', 'The request was given up.', { cause });
  return new ClientError('network-failed', 'The server cannot be reached, or the connection broke.', {
    cause,
  });
}

/** The longest problem document that is read. */
const MAX_PROBLEM_BYTES = 4096;
const CODE = /^[a-z0-9-]{1,64}$/;

/** Our error for an answer that is none. */
export async function refusal(response: Response): Promise<ClientError> {
  const after = Number(response.headers.get('retry-after'));
  const { code, detail } = await problemOf(response);
  return new ClientError('server-refused', `The server refused the request (HTTP ${response.status}).`, {
    detail: detail ?? code,
    retryAfter: after > 0 ? after : undefined,
  });
}

/** The codes in a problem document; none when it is not one of ours. */
async function problemOf(response: Response): Promise<{ readonly code?: string; readonly detail?: string }> {
  let bytes: Uint8Array;
  let document: unknown;
  try {
    bytes = await readAtMost(response, MAX_PROBLEM_BYTES, undefined);
    document = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return {}; // Somebody else's error page says nothing that could be relied on.
  }
  const known = (value: unknown) => (typeof value === 'string' && CODE.test(value) ? value : undefined);
  const { code, detail } = Object(document) as { readonly code?: unknown; readonly detail?: unknown };
  const [found, cause] = [known(code), known(detail)];
  return { ...(found ? { code: found } : {}), ...(cause ? { detail: cause } : {}) };
}

/**
 * A whole body that has to be small.
 * @throws ClientError `answer-malformed` when it is not, `network-failed` when it breaks off, `aborted`
 */
export async function readAtMost(
  response: Response,
  bytes: number,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  const out = new Uint8Array(bytes);
  let length = 0;
  try {
    for await (const chunk of chunksOf(response)) {
      if (length + chunk.length > bytes)
        throw new ClientError('answer-malformed', 'The answer is longer than it can be.');
      out.set(chunk, length);
      length += chunk.length;
    }
  } catch (cause) {
    throw networkError(cause, signal);
  }
  return out.slice(0, length);
}

/** A body as it arrives. Leaving the loop early cancels the rest. */
export async function* chunksOf(response: Response): AsyncGenerator<Uint8Array> {
  const reader = response.body?.getReader();
  if (!reader) return;
  let ended = false;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      ended = done;
      if (done) return;
      yield value;
    }
  } catch (error) {
    ended = true;
    throw error;
  } finally {
    // To cancel what has broken already fails with what broke it.
    if (!ended) await reader.cancel().catch(() => undefined);
  }
}
