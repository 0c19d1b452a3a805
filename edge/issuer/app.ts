/** The HTTP of the issuer: which path does what. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import {
  encodeDirectory,
  ISSUER_DIRECTORY_PATH,
  ISSUER_DIRECTORY_TYPE,
  TOKEN_BATCH_REQUEST_TYPE,
  TOKEN_REQUEST_SIZE,
  TOKEN_REQUEST_TYPE,
} from '../../wire/index.js';
import { createFrame } from '../../wire/node/http-frame.js';
import { addKeysPath, type KeyCache } from '../key-cache.js';
import type { RequestMetrics } from '../metrics.js';
import { type Observe, Sight } from '../sight.js';
import { IssuerError } from './error.js';
import { type IssueParts, issue } from './issue.js';
import type { KeyRing } from './key-ring.js';
import { asIssuerError, problemOf } from './problem.js';

/** What the paths work with. */
export interface AppParts extends IssueParts {
  readonly ring: Pick<KeyRing, 'current' | 'listed'>;
  readonly metrics: Pick<RequestMetrics, 'contentType' | 'count' | 'text'>;
  /** The gateway's, when the issuer is to show them a second time. */
  readonly gatewayKeys: KeyCache | undefined;
  readonly observe: Observe | undefined;
  /** Why no request should come here now; nothing when it may. */
  readonly notReady: () => 'issuer-stopping' | 'issuer-not-ready' | undefined;
}

export const TOKEN_REQUEST_PATH = '/token-request';
/** What a request for tokens may have in its header beside what any has. */
const REQUEST_FIELDS = ['content-type', 'content-digest', 'signature-input', 'signature', 'authorization'];
const PREFLIGHT_AGE_S = 7200;
/** For 64 tokens, the most that can be configured, and one more, which is told by its own code. */
const BODY_BYTES = 65 * TOKEN_REQUEST_SIZE + 8;
const RECEIVE_MS = 20_000;
const HEADER_BYTES = 16 * 1024;
const CONNECTIONS = 1024;
/** A directory is used for that long without a look at it, in seconds. Next keys are listed an epoch ahead. */
const MOST_DIRECTORY_AGE_S = 3600;

export async function createApp(parts: AppParts): Promise<FastifyInstance> {
  const app = await createFrame({
    bodyBytes: BODY_BYTES,
    headerBytes: HEADER_BYTES,
    receiveMs: RECEIVE_MS,
    connections: CONNECTIONS,
    refuse(error, request) {
      const refusal = asIssuerError(error);
      if (request?.routeOptions.url === TOKEN_REQUEST_PATH) parts.metrics.count({ outcome: refusal.code });
      return problemOf(refusal);
    },
    notFound: () => new IssuerError('not-found', 'There is nothing here.'),
  });
  app.addHook('onRequest', async (_, reply) => {
    // Wallets run in pages of any origin; no cookie of theirs means anything here.
    reply.header('access-control-allow-origin', '*');
    reply.header('access-control-expose-headers', 'retry-after');
  });
  for (const type of [TOKEN_REQUEST_TYPE, TOKEN_BATCH_REQUEST_TYPE]) {
    app.addContentTypeParser(type, { parseAs: 'buffer' }, (_, body, done) => done(null, body));
  }
  if (parts.observe) watchAll(app, parts.observe);
  addStatusPaths(app, parts);
  if (parts.gatewayKeys) addKeysPath(app, parts.gatewayKeys);
  addIssuing(app, parts);
  return app;
}

function addStatusPaths(app: FastifyInstance, { metrics, notReady }: AppParts): void {
  app.get('/healthz', async () => ({ status: 'ok' }));
  app.get('/readyz', async (_, reply) => {
    const reason = notReady();
    return reason ? reply.code(503).send({ status: 'not-ready', reason }) : { status: 'ready' };
  });
  app.get('/metrics', async (_, reply) => reply.type(metrics.contentType).send(await metrics.text()));
}

function addIssuing(app: FastifyInstance, parts: AppParts): void {
  const { ring, metrics, notReady, epochSeconds } = parts;
  const age = Math.min(MOST_DIRECTORY_AGE_S, Math.floor(epochSeconds / 2));
  app.get(ISSUER_DIRECTORY_PATH, async (_, reply) => {
    const directory = encodeDirectory({ requestUri: TOKEN_REQUEST_PATH, keys: ring.listed() });
    reply.header('cache-control', `public, max-age=${age}`);
    return reply.type(ISSUER_DIRECTORY_TYPE).send(Buffer.from(directory));
  });
  app.options(TOKEN_REQUEST_PATH, async (_, reply) =>
    reply
      .code(204)
      .header('access-control-allow-methods', 'POST')
      .header('access-control-allow-headers', REQUEST_FIELDS.join(', '))
      .header('access-control-max-age', PREFLIGHT_AGE_S)
      .send(),
  );
  app.post(TOKEN_REQUEST_PATH, async (request, reply) => {
    if (notReady() === 'issuer-stopping')
      throw new IssuerError('issuer-stopping', 'The issuer is being stopped.', { retryAfter: 5 });
    const { type, body, tokens } = await issue(parts, attested(request));
    metrics.count({ outcome: 'issued', tokens });
    return reply.type(type).send(Buffer.from(body));
  });
}

function attested({ headers, body }: FastifyRequest): Parameters<typeof issue>[1] {
  if (!Buffer.isBuffer(body))
    throw new IssuerError(
      'media-type-unsupported',
      'The request has no body of a type that this path takes.',
    );
  const type = headers['content-type']?.toLowerCase().split(';')[0]?.trim() ?? '';
  return { fields: headers, path: TOKEN_REQUEST_PATH, type, body };
}

/** Shows all that comes and goes. */
function watchAll(app: FastifyInstance, observe: Observe): void {
  app.addHook('onSend', async (request, _, payload) => {
    const what = `${request.method} ${request.url}`;
    const sight = new Sight({ party: 'issuer', what, from: request.ip, to: 'the issuer' }, observe);
    const account = /;keyid="([^"]*)"/.exec(String(request.headers['signature-input']))?.[1];
    if (account !== undefined) sight.note('account', account);
    if (Buffer.isBuffer(request.body)) sight.sent(request.body);
    sight.answered(Buffer.from((payload as string | Buffer | undefined) ?? ''));
  });
}
