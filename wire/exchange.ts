import {
  CONTENT_END,
  contentChunk,
  decodeBhttpRequest,
  encodeBhttpRequest,
  encodeBhttpResponseHead,
  ResponseReader,
} from './bhttp/index.js';
import { ascii, concat, equalBytes } from './bytes.js';
import {
  ChunkedRequestOpener,
  ChunkedRequestSealer,
  type ChunkedResponseOpener,
  type ChunkedResponseSealer,
} from './chunked.js';
import { WireError } from './error.js';
import { type AnswerEvent, decodeEvent, EVENT_BYTES, encodeEvent } from './events.js';
import type { KemKeyPair } from './hpke/index.js';
import { decodeKeyConfig, type KeyConfig } from './keyconfig.js';
import { padRequest } from './padding.js';
import { decodeTaskBody, encodeTaskBody, MAX_BODY_BYTES, type TaskRequest, taskPath } from './tasks.js';

const EMPTY = new Uint8Array(0);
const POST = ascii('POST');
const HTTPS = ascii('https');
const HEAD = encodeBhttpResponseHead(
  {
    informational: [],
    status: 200,
    headers: [{ name: ascii('content-type'), value: ascii('application/cbor-seq') }],
  },
  'indeterminate-length',
);
/** Plaintext bytes in every sealed chunk of an answer: one event as one piece of content. */
const CHUNK_BYTES = contentChunk(new Uint8Array(EVENT_BYTES)).length;

/** A request that is ready to be sent, and the reader of its answer. */
export interface SealedRequest {
  /** The body of `POST /v1/sessions/{id}`, `message/ohttp-chunked-req`. */
  readonly message: Uint8Array;
  readonly answer: AnswerOpener;
}

/**
 * The client's half: task, binary HTTP, padding to a size class, chunked OHTTP to the session's key.
 * @throws WireError `key-config-…`, `hpke-bad-key`, `request-too-large`
 */
export function sealTaskRequest(keyConfig: Uint8Array, request: TaskRequest): SealedRequest {
  const config = decodeKeyConfig(keyConfig);
  const body = encodeTaskBody(request);
  if (body.length > MAX_BODY_BYTES) {
    throw new WireError('request-too-large', `a request body has at most ${MAX_BODY_BYTES} bytes`);
  }
  const plain = encodeBhttpRequest({
    method: POST,
    scheme: HTTPS,
    authority: EMPTY,
    path: taskPath(request.task),
    headers: [],
    content: body,
    trailers: [],
  });
  const padded = padRequest(plain);
  const sealer = new ChunkedRequestSealer(config);
  const message = concat(sealer.start, sealer.final(padded));
  for (const copy of [body, plain, padded]) copy.fill(0);
  return { message, answer: new AnswerOpener(sealer) };
}

/** Reads a sealed answer as it arrives. */
export class AnswerOpener {
  readonly #request: ChunkedRequestSealer;
  readonly #chunks: ChunkedResponseOpener;
  readonly #response = new ResponseReader();
  #finished = false;

  constructor(request: ChunkedRequestSealer) {
    this.#request = request;
    this.#chunks = request.response();
  }

  /** Whether the answer is complete: its final chunk has been opened. */
  get finished(): boolean {
    return this.#finished;
  }

  /** The events that are complete now. @throws WireError `ohttp-…`, `bhttp-…`, `event-malformed` */
  push(bytes: Uint8Array): AnswerEvent[] {
    return this.#chunks.push(bytes).flatMap((chunk) => this.#events(chunk));
  }

  /** To be called at the end of the stream. @throws WireError `ohttp-truncated`, `ohttp-open-failed`, `bhttp-truncated` */
  end(): AnswerEvent[] {
    const events = this.#events(this.#chunks.end());
    this.#response.end();
    this.#finished = true;
    return events;
  }

  wipe(): void {
    this.#chunks.wipe();
    this.#request.wipe();
  }

  #events(chunk: Uint8Array): AnswerEvent[] {
    const events: AnswerEvent[] = [];
    const pieces = this.#response.push(chunk);
    if (this.#response.head && this.#response.head.status !== 200) {
      throw new WireError('bhttp-malformed', 'the sealed answer has another status than 200');
    }
    for (const piece of pieces) {
      for (let rest = piece; rest.length > 0; ) {
        const { event, length } = decodeEvent(rest);
        events.push(event);
        rest = rest.subarray(length);
      }
    }
    return events;
  }
}

/** A request that opened: it was sealed to this session, so there is somebody to answer, if only with an error. */
export interface OpenedTask {
  readonly answer: AnswerSealer;
  /**
   * What is asked. All texts are views that `wipe` clears.
   * @throws WireError `bhttp-…`, `request-…`
   */
  parse(): TaskRequest;
  /** Clears the plaintext and returns how many bytes it was. Sealing goes on working. */
  wipeRequest(): number;
  /** Clears the plaintext and every key derived for request and answer. */
  wipe(): void;
}

/**
 * The server's half. Leaves no plaintext and no key behind when it throws.
 * @throws WireError `ohttp-…`
 */
export function openTaskRequest(key: KemKeyPair, config: KeyConfig, message: Uint8Array): OpenedTask {
  const opener = new ChunkedRequestOpener(key, config, message);
  let plain: Uint8Array;
  try {
    plain = joined(opener.open());
  } catch (error) {
    opener.wipe();
    throw error;
  }
  const answer = new AnswerSealer(opener.response());
  const wipeRequest = () => plain.fill(0).length;
  return {
    answer,
    parse: () => parseRequest(plain),
    wipeRequest,
    wipe() {
      wipeRequest();
      answer.wipe();
      opener.wipe();
    },
  };
}

/** One array out of the opened chunks; several are put together and wiped. */
function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const [only] = chunks;
  if (chunks.length === 1 && only) return only;
  const whole = concat(...chunks);
  for (const chunk of chunks) chunk.fill(0);
  return whole;
}

function parseRequest(plain: Uint8Array): TaskRequest {
  const request = decodeBhttpRequest(plain);
  if (!equalBytes(request.method, POST))
    throw new WireError('request-malformed', 'the sealed request is not a POST');
  return decodeTaskBody(request.path, request.content);
}

/** Writes a sealed answer: a head, any number of events, an end. All sealed chunks have the same size. */
export class AnswerSealer {
  readonly #chunks: ChunkedResponseSealer;

  constructor(chunks: ChunkedResponseSealer) {
    this.#chunks = chunks;
  }

  /** The response nonce and the first chunk: the binary HTTP head, filled up with an idle event. */
  head(): Uint8Array {
    const idle = encodeEvent({ kind: 'idle' }, EVENT_BYTES - HEAD.length);
    return concat(this.#chunks.start, this.#chunks.chunk(concat(HEAD, contentChunk(idle))));
  }

  /** One sealed event. Text longer than an event has to be split first. @throws WireError `event-too-large` */
  event(event: AnswerEvent): Uint8Array {
    const encoded = encodeEvent(event);
    const plain = contentChunk(encoded);
    encoded.fill(0);
    const sealed = this.#chunks.chunk(plain);
    plain.fill(0);
    return sealed;
  }

  /** The final chunk: the content's end, padded like the others. */
  end(): Uint8Array {
    const plain = new Uint8Array(CHUNK_BYTES);
    plain.set(CONTENT_END);
    return this.#chunks.final(plain);
  }

  wipe(): void {
    this.#chunks.wipe();
  }
}
