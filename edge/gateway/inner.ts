/** The requests inside the encapsulation: opening a session, and asking in one. */
import { Buffer } from 'node:buffer';
import type { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import {
  ascii,
  type BhttpRequest,
  CHUNKED_REQUEST_TYPE,
  CHUNKED_RESPONSE_TYPE,
  decodeSessionAnswer,
  type Field,
  ISSUER_DIRECTORY_PATH,
  ISSUER_DIRECTORY_TYPE,
  SESSION_TYPE,
} from '../../wire/index.js';
import { bodyAtMost } from '../../wire/node/body.js';
import { PROBLEM_TYPE } from '../../wire/node/problem.js';
import type { Departure } from '../departure.js';
import { EdgeError } from '../error.js';
import type { Sight } from '../sight.js';
import type { Fleet, Vm } from './fleet.js';
import type { Gate } from './gate.js';
import type { IssuerKeys } from './issuer-keys.js';
import type { Routes } from './routes.js';

/** What goes back under seal. */
export interface InnerAnswer {
  readonly status: number;
  readonly headers: readonly Field[];
  /** All of it, or what a machine still streams. */
  readonly body: Uint8Array | Readable;
}

export interface InnerParts {
  readonly fleet: Fleet;
  readonly routes: Routes;
  readonly gate: Gate;
  readonly issuer: Pick<IssuerKeys, 'directory'>;
}

/** Where a client puts what the answer to the opening gave it. */
export const ROUTE_FIELD = 'sotto-route';
const ASKING = /^\/v1\/sessions\/([0-9a-f]{32})$/;
/** Machines that are tried for one opening. */
const OPENINGS = 3;
/** For the head of an answer to a request, in milliseconds: the machine may have others to work on first. */
const QUEUED_MS = 150_000;
/** Longest answers that are read whole. */
const MOST_ANSWER_BYTES = 256 * 1024;

/** @throws EdgeError */
export async function answerInner(
  parts: InnerParts,
  request: BhttpRequest,
  signal: Departure,
  sight?: Sight,
): Promise<InnerAnswer> {
  const [method, path] = [text(request.method), text(request.path)];
  const session = ASKING.exec(path)?.[1];
  if (method === 'POST' && path === '/v1/sessions') return open(parts, request, signal, sight);
  if (method === 'POST' && session !== undefined) return ask(parts, request, session, signal, sight);
  if (method === 'GET' && path === ISSUER_DIRECTORY_PATH) {
    const { directory } = parts.issuer;
    sight?.note('directory', 'asked for');
    return { status: 200, headers: [field('content-type', ISSUER_DIRECTORY_TYPE)], body: directory };
  }
  throw new EdgeError('not-found', 'There is nothing here.');
}

async function open(
  { fleet, routes }: InnerParts,
  request: BhttpRequest,
  signal: Departure,
  sight: Sight | undefined,
): Promise<InnerAnswer> {
  requireType(request, SESSION_TYPE);
  const tried: Vm[] = [];
  for (;;) {
    const vm = fleet.draw(tried);
    tried.push(vm);
    const last = tried.length === OPENINGS || tried.length === fleet.ready;
    try {
      const { statusCode, headers, body } = await send(vm, '/v1/sessions', request, { signal });
      const bytes = await readAll(body);
      if (statusCode >= 500 && !last) continue;
      sight?.note('machine', vm.origin);
      if (statusCode !== 200) return refusal(statusCode, headers, bytes);
      const { sessionId, ttlSeconds } = decodeSessionAnswer(bytes);
      const session = Buffer.from(sessionId).toString('hex');
      sight?.note('session', session);
      const route = routes.seal(vm.name, session, ttlSeconds);
      return {
        status: 200,
        headers: [field('content-type', SESSION_TYPE), field(ROUTE_FIELD, route)],
        body: bytes,
      };
    } catch (error) {
      if (last || signal.aborted) throw error;
    }
  }
}

/** The token is taken first, and given back when the machine did not take the request. */
async function ask(
  { fleet, routes, gate }: InnerParts,
  request: BhttpRequest,
  session: string,
  signal: Departure,
  sight: Sight | undefined,
): Promise<InnerAnswer> {
  requireType(request, CHUNKED_REQUEST_TYPE);
  const authorization = headerOf(request, 'authorization');
  sight?.note('session', session);
  if (authorization !== undefined) sight?.note('token', authorization);
  const vm = fleet.named(routes.open(headerOf(request, ROUTE_FIELD) ?? '', session));
  const hold = await gate.admit(authorization);
  let accepted = false;
  try {
    const { statusCode, headers, body } = await send(vm, `/v1/sessions/${session}`, request, {
      signal,
      headersTimeout: QUEUED_MS,
    });
    accepted = statusCode === 200;
    sight?.note('machine', vm.origin);
    if (!accepted) return refusal(statusCode, headers, await readAll(body));
    return { status: 200, headers: [field('content-type', CHUNKED_RESPONSE_TYPE)], body };
  } finally {
    // Who leaves before the answer cannot know whether the machine has taken the request, and nor can we.
    if (!accepted && !signal.aborted) await hold.giveBack();
  }
}

/** @throws EdgeError `vm-unavailable` */
async function send(
  vm: Vm,
  path: string,
  { content, headers }: BhttpRequest,
  limits: { readonly signal: Departure; readonly headersTimeout?: number },
): Promise<Dispatcher.ResponseData> {
  try {
    const response = await vm.pool.request({
      path,
      method: 'POST',
      headers: { 'content-type': textOf(headers, 'content-type')! },
      body: content,
      ...limits,
    });
    vm.succeeded();
    return response;
  } catch (cause) {
    if (!limits.signal.aborted) vm.failed();
    throw new EdgeError('vm-unavailable', 'The confidential VM of this session failed: open a new session.', {
      retryAfter: 1,
      cause,
    });
  }
}

async function readAll(body: Readable): Promise<Buffer> {
  try {
    return await bodyAtMost(body, MOST_ANSWER_BYTES);
  } catch (cause) {
    throw new EdgeError('vm-unavailable', 'The confidential VM failed: open a new session.', {
      retryAfter: 1,
      cause,
    });
  }
}

/** A machine's own refusal, as it was. */
function refusal(status: number, headers: Dispatcher.ResponseData['headers'], body: Uint8Array): InnerAnswer {
  const fields = [field('content-type', PROBLEM_TYPE)];
  const after = headers['retry-after'];
  if (typeof after === 'string') fields.push(field('retry-after', after));
  return { status, headers: fields, body };
}

function requireType({ headers }: BhttpRequest, type: string): void {
  if (textOf(headers, 'content-type') === type) return;
  throw new EdgeError('media-type-unsupported', 'The request has no body of the type that this path takes.');
}

export function field(name: string, value: string): Field {
  return { name: ascii(name), value: ascii(value) };
}

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

const textOf = (fields: readonly Field[], name: string): string | undefined => {
  const found = fields.find((candidate) => text(candidate.name) === name);
  return found && text(found.value);
};

const headerOf = ({ headers }: BhttpRequest, name: string): string | undefined => textOf(headers, name);
