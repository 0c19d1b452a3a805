import { bytesToHex } from '@noble/hashes/utils.js';
import type { Verdict } from '../attestation/index.js';
import {
  type AnswerEvent,
  type AnswerOpener,
  type AnswerStats,
  CHUNKED_REQUEST_TYPE,
  CHUNKED_RESPONSE_TYPE,
  type Notice,
  type SessionAnswer,
  sealTaskRequest,
  WireError,
} from '../wire/index.js';
import {
  type Chat,
  type Prepared,
  proofreadRequest,
  type ReplyOptions,
  type RewriteOptions,
  replyRequest,
  requireValid,
  rewriteRequest,
  type SummarizeOptions,
  summarizeRequest,
} from './chat.js';
import { ClientError } from './error.js';
import type { SessionEvidence } from './evidence.js';
import { chunksOf, type Fetch, networkError, post } from './http.js';
import type { LoggedRelease } from './ledger.js';
import type { Draft } from './privacy/index.js';

/** What an answer is made of, in the order in which it arrives. */
export type SessionEvent =
  | { readonly kind: 'text'; readonly text: string }
  /** The end of one suggestion. */
  | { readonly kind: 'item' }
  /** `messages-dropped`: the oldest `count` messages did not fit; `kept-original`: so many pieces are the user's own. */
  | { readonly kind: 'notice'; readonly notice: Notice; readonly count: number }
  /** Always the last one. */
  | { readonly kind: 'done'; readonly stats: AnswerStats };

export interface CallOptions {
  /** Ends the request, here and in the engine. */
  readonly signal?: AbortSignal;
}

interface SessionParts {
  readonly url: string;
  readonly fetch: Fetch;
  readonly answer: SessionAnswer;
  readonly verdict: Verdict;
  readonly release: LoggedRelease | undefined;
  readonly evidence: SessionEvidence;
  readonly expires: Date;
  readonly now: () => Date;
}

/**
 * A verified session: one key, known to be in the measured engine, good for one request. Every method may throw, while
 * iterated, a ClientError: `chat-protected`, `privacy-unproven`, `request-invalid`, `session-used`, `session-expired`, `network-failed`, `server-refused`,
 * `answer-malformed`, `answer-truncated`, `task-failed`, `aborted`.
 */
export class Session {
  /** What was checked before anything was sent. */
  readonly verdict: Verdict;
  /** What the log shows of the machine's software; nothing unless a log's policy was given. */
  readonly release: LoggedRelease | undefined;
  /** What the verdict is about: to be kept, and verified again with `verifyEvidence`. */
  readonly evidence: SessionEvidence;
  readonly expires: Date;
  readonly #parts: SessionParts;
  #used = false;

  /** Not for callers: `connect` makes sessions, because it verifies them. */
  constructor(parts: SessionParts) {
    this.#parts = parts;
    this.verdict = parts.verdict;
    this.release = parts.release;
    this.evidence = parts.evidence;
    this.expires = parts.expires;
  }

  /** A summary of the chat's unread part. */
  summarize(chat: Chat, options: SummarizeOptions & CallOptions = {}): AsyncGenerator<SessionEvent> {
    return this.#ask(() => summarizeRequest(chat, options), options.signal);
  }

  /** Three suggestions of what to answer, each ended by an `item` event. */
  reply(chat: Chat, options: ReplyOptions & CallOptions = {}): AsyncGenerator<SessionEvent> {
    return this.#ask(() => replyRequest(chat, options), options.signal);
  }

  /** The text in another tone. */
  rewrite(draft: Draft, options: RewriteOptions & CallOptions): AsyncGenerator<SessionEvent> {
    return this.#ask(() => rewriteRequest(draft, options), options.signal);
  }

  /** The text with spelling and grammar corrected. */
  proofread(draft: Draft, options: CallOptions = {}): AsyncGenerator<SessionEvent> {
    return this.#ask(() => proofreadRequest(draft), options.signal);
  }

  async *#ask(prepare: () => Prepared, signal: AbortSignal | undefined): AsyncGenerator<SessionEvent> {
    const { request, dropped } = prepare();
    requireValid(request);
    this.#use();
    if (signal?.aborted) throw networkError(signal.reason, signal);
    const { url, fetch, answer: session } = this.#parts;
    const { message, answer } = sealTaskRequest(session.keyConfig, request);
    try {
      const response = await post(fetch, {
        url: `${url}/v1/sessions/${bytesToHex(session.sessionId)}`,
        type: CHUNKED_REQUEST_TYPE,
        body: message,
        answer: CHUNKED_RESPONSE_TYPE,
        signal,
      });
      if (dropped > 0) yield { kind: 'notice', notice: 'messages-dropped', count: dropped };
      yield* readable(eventsOf(response, answer, signal), dropped);
    } finally {
      answer.wipe();
    }
  }

  #use(): void {
    if (this.#used)
      throw new ClientError('session-used', 'A session is good for one request: connect again.');
    this.#used = true;
    if (this.#parts.now() >= this.expires)
      throw new ClientError('session-expired', 'The session has expired: connect again.');
  }
}

async function* eventsOf(
  response: Response,
  answer: AnswerOpener,
  signal: AbortSignal | undefined,
): AsyncGenerator<AnswerEvent> {
  const chunks = chunksOf(response);
  try {
    for (;;) {
      const next = await chunks.next().catch((cause: unknown) => {
        const broken = networkError(cause, signal);
        // The head was there: a connection that breaks now cuts an answer off.
        throw broken.code === 'network-failed' ? truncated(cause) : broken;
      });
      if (next.done) break;
      for (const event of opened(() => answer.push(next.value))) {
        // What came in the same piece is not for somebody who has given up meanwhile.
        if (signal?.aborted) throw networkError(signal.reason, signal);
        yield event;
      }
    }
    yield* opened(() => answer.end());
  } finally {
    await chunks.return(undefined);
  }
}

function opened(open: () => AnswerEvent[]): AnswerEvent[] {
  try {
    return open();
  } catch (cause) {
    if (!(cause instanceof WireError)) throw cause;
    if (cause.code === 'ohttp-truncated' || cause.code === 'bhttp-truncated') throw truncated(cause);
    throw new ClientError('answer-malformed', `The answer does not open: ${cause.message}.`, {
      detail: cause.code,
      cause,
    });
  }
}

/** Bytes to text, errors to exceptions. Only an answer that is complete and done ends without one. */
async function* readable(events: AsyncIterable<AnswerEvent>, dropped: number): AsyncGenerator<SessionEvent> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let done = false;
  for await (const event of events) {
    switch (event.kind) {
      case 'text':
        yield { kind: 'text', text: decoded(decoder, event.text) };
        break;
      case 'notice':
        yield event.notice === 'messages-dropped' ? { ...event, count: event.count + dropped } : event;
        break;
      case 'error':
        throw new ClientError('task-failed', 'The engine could not do what was asked.', {
          detail: event.code,
        });
      case 'item':
        yield event;
        break;
      case 'done':
        done = true;
        yield event;
        break;
      case 'idle':
        break;
    }
  }
  if (!done) throw truncated();
}

function decoded(decoder: TextDecoder, text: Uint8Array): string {
  try {
    return decoder.decode(text);
  } catch (cause) {
    throw new ClientError('answer-malformed', 'The answer is not valid UTF-8.', { cause });
  }
}

function truncated(cause?: unknown): ClientError {
  return new ClientError('answer-truncated', 'The answer ended too early: what came of it is not all.', {
    cause,
  });
}
