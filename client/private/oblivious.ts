/**
 * HTTP through a relay and a gateway (RFC 9458, chunked OHTTP): the relay sees who asks and not what, the gateway what
 * and not who.
 */
import {
  ascii,
  type BhttpRequest,
  CHUNKED_REQUEST_TYPE,
  CHUNKED_RESPONSE_TYPE,
  ChunkedRequestSealer,
  type ChunkedResponseOpener,
  concat,
  decodeBhttpResponse,
  encapsulateRequest,
  encodeBhttpRequest,
  type Field,
  type KeyConfig,
  OHTTP_REQUEST_TYPE,
  OHTTP_RESPONSE_TYPE,
  padRequest,
  RESPONSE_KNOWN,
  ResponseReader,
  WireError,
} from '../../wire/index.js';
import { ClientError } from '../error.js';
import { chunksOf, type Fetch, post, readAtMost } from '../http.js';

/** Where requests go, and the key that only the gateway opens. */
export interface Passage {
  /** The relay's URL. */
  readonly relay: string;
  readonly keyConfig: KeyConfig;
  readonly fetch: Fetch;
}

export interface InnerRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  readonly signal?: AbortSignal | undefined;
}

const MAX_WHOLE_BYTES = 512 * 1024;
const EMPTY = new Uint8Array(0);

function inner({ method, path, headers, body }: InnerRequest): BhttpRequest {
  return {
    method: ascii(method),
    scheme: ascii('https'),
    authority: EMPTY,
    path: ascii(path),
    headers: Object.entries(headers).map(([name, value]) => ({ name: ascii(name), value: ascii(value) })),
    content: body,
    trailers: [],
  };
}

/**
 * One small request with one small answer, both padded to a size class.
 * @throws ClientError as `post` does; `answer-malformed`
 */
export async function wholeRequest(passage: Passage, request: InnerRequest): Promise<Response> {
  const pending = encapsulateRequest(passage.keyConfig, padRequest(encodeBhttpRequest(inner(request))));
  try {
    const outer = await post(passage.fetch, {
      url: passage.relay,
      type: OHTTP_REQUEST_TYPE,
      body: pending.message,
      answer: OHTTP_RESPONSE_TYPE,
      signal: request.signal,
    });
    const sealed = await readAtMost(outer, MAX_WHOLE_BYTES, request.signal);
    return opening(() => wholeResponse(pending.openResponse(sealed).bytes));
  } finally {
    pending.wipe();
  }
}

/**
 * One request whose answer streams. A broken stream never ends like a complete one.
 * @throws ClientError as `post` does; `answer-malformed`, `answer-truncated`
 */
export async function streamedRequest(passage: Passage, request: InnerRequest): Promise<Response> {
  const sealer = new ChunkedRequestSealer(passage.keyConfig);
  const opener = sealer.response();
  try {
    const outer = await post(passage.fetch, {
      url: passage.relay,
      type: CHUNKED_REQUEST_TYPE,
      body: concat(sealer.start, sealer.final(encodeBhttpRequest(inner(request)))),
      answer: CHUNKED_RESPONSE_TYPE,
      signal: request.signal,
    });
    return await openStream(outer, opener);
  } catch (error) {
    opener.wipe();
    throw error;
  }
}

/** The answer: once its head is there if it streams, once all of it is there if it has a known length. */
async function openStream(outer: Response, opener: ChunkedResponseOpener): Promise<Response> {
  const chunks = chunksOf(outer);
  for (let begun: Uint8Array = EMPTY; ; ) {
    const { done, value } = await chunks.next();
    if (done) return opening(() => wholeResponse(concat(begun, opener.end())));
    begun = concat(begun, ...opening(() => opener.push(value)));
    if (begun.length > MAX_WHOLE_BYTES) throw broken(false, { detail: 'bhttp-malformed' });
    if (begun.length === 0 || begun[0] === RESPONSE_KNOWN) continue;
    const reader = new ResponseReader();
    const pieces = opening(() => reader.push(begun));
    const { head } = reader;
    if (!head) continue;
    const rest = contentOf(chunks, pieces, opener, reader);
    return new Response(streamOf(rest), { status: head.status, headers: headersOf(head.headers) });
  }
}

async function* contentOf(
  chunks: AsyncGenerator<Uint8Array>,
  first: readonly Uint8Array[],
  opener: ChunkedResponseOpener,
  reader: ResponseReader,
): AsyncGenerator<Uint8Array> {
  try {
    yield* first;
    for await (const chunk of chunks) {
      yield* opening(() => opener.push(chunk).flatMap((plain) => reader.push(plain)));
    }
    yield* opening(() => reader.push(opener.end()));
    opening(() => reader.end());
  } catch (cause) {
    throw cause instanceof ClientError ? cause : broken(true, { cause });
  } finally {
    opener.wipe();
  }
}

/** A stream that is pulled. Cancelling it cancels the request behind it. */
function streamOf(source: AsyncGenerator<Uint8Array>): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await source.next();
      if (done) controller.close();
      else controller.enqueue(value as Uint8Array<ArrayBuffer>);
    },
    async cancel() {
      await source.return(undefined);
    },
  });
}

function wholeResponse(message: Uint8Array): Response {
  const { status, headers, content } = decodeBhttpResponse(message);
  return new Response(content as Uint8Array<ArrayBuffer>, { status, headers: headersOf(headers) });
}

function headersOf(fields: readonly Field[]): Headers {
  const text = (bytes: Uint8Array) => String.fromCharCode(...bytes);
  return new Headers(fields.map(({ name, value }) => [text(name), text(value)]));
}

function opening<T>(open: () => T): T {
  try {
    return open();
  } catch (cause) {
    if (!(cause instanceof WireError)) throw cause;
    const cut = cause.code === 'ohttp-truncated' || cause.code === 'bhttp-truncated';
    throw broken(cut, { detail: cause.code, cause });
  }
}

function broken(cut: boolean, options: { readonly detail?: string; readonly cause?: unknown }): ClientError {
  return cut
    ? new ClientError('answer-truncated', 'The answer ended too early: what came of it is not all.', options)
    : new ClientError('answer-malformed', "The gateway's answer does not open.", options);
}
