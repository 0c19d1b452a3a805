/** The HTTP of the server: which path does what. Everything that it sees of a request is sealed. */
import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import {
  CHUNKED_REQUEST_TYPE,
  CHUNKED_RESPONSE_TYPE,
  decodeSessionOpen,
  encodeSessionAnswer,
  SESSION_TYPE,
  WireError,
} from '../wire/index.js';
import { createFrame } from '../wire/node/http-frame.js';
import type { Attestor } from './attestor.js';
import type { PeerGate } from './direct/peers.js';
import type { Engine } from './engine/host.js';
import { ServerError } from './error.js';
import type { Limits } from './limits.js';
import type { Metrics } from './metrics.js';
import { Pacer } from './pacer.js';
import { asServerError, problemOf } from './problem.js';
import type { Release } from './release.js';
import type { SessionTable } from './sessions.js';

/** What the paths work with. */
export interface AppParts {
  readonly engine: Pick<Engine, 'open' | 'forget' | 'requireRoom' | 'run' | 'abort'>;
  readonly attestor: Pick<Attestor, 'attest'>;
  readonly sessions: SessionTable;
  readonly metrics: Metrics;
  readonly release: Release;
  readonly limits: Limits;
  /** Counts the replies that have not gone out yet. */
  readonly replies: { open: number };
  /** The proof that the release is in the log, when there is a log. */
  readonly releaseProof: () => Uint8Array | undefined;
  /** Who may open sessions; anybody may when left out. */
  readonly peers?: PeerGate | undefined;
  /** Why no new session should come here now; nothing when it may. */
  readonly notReady: () => NotReady | undefined;
  /** What keeps the hardware from making reports; nothing while it makes them. */
  readonly attestationProblem: () => string | undefined;
}

export type NotReady =
  | 'attestation-unavailable'
  | 'collateral-unavailable'
  | 'release-proof-unavailable'
  | 'engine-failed'
  | 'server-stopping';

/** A session open has a nonce and a few numbers. */
const OPEN_BYTES = 512;
const SESSION_ID = /^[0-9a-f]{32}$/;

export async function createApp(parts: AppParts): Promise<FastifyInstance> {
  const { limits } = parts;
  const app = await createFrame({
    ...limits,
    refuse: (error) => problemOf(asServerError(error)),
    notFound: () => new ServerError('not-found', 'There is nothing here.'),
  });
  app.addHook('onRequest', async (_, reply) => {
    parts.replies.open++;
    reply.raw.once('close', () => parts.replies.open--);
  });
  addStatusPaths(app, parts);
  const { peers } = parts;
  if (peers) await app.register(async (scope) => peers.addPath(scope));
  await app.register(async (scope) => {
    if (peers) scope.addHook('onRequest', async ({ raw }) => peers.require(raw.socket));
    await scope.register(async (own) => addOpening(own, parts));
    await scope.register(async (own) => addRequests(own, parts));
  });
  return app;
}

function addStatusPaths(app: FastifyInstance, parts: AppParts): void {
  const { release, metrics, notReady, attestationProblem } = parts;
  const { version, model } = release;
  const told = { version, model: { ...model, digest: Buffer.from(model.digest).toString('hex') } };
  app.get('/healthz', async () => ({ status: 'ok' }));
  app.get('/readyz', async (_, reply) => {
    const reason = notReady();
    if (!reason) return { status: 'ready' };
    const detail = reason === 'attestation-unavailable' ? attestationProblem() : undefined;
    return reply.code(503).send({ status: 'not-ready', reason, ...(detail === undefined ? {} : { detail }) });
  });
  app.get('/v1/release', async () => told);
  app.get('/metrics', async (_, reply) => reply.type(metrics.contentType).send(await metrics.text()));
}

function addOpening(app: FastifyInstance, parts: AppParts): void {
  const { engine, attestor, sessions, limits, releaseProof } = parts;
  app.addContentTypeParser(SESSION_TYPE, { parseAs: 'buffer', bodyLimit: OPEN_BYTES }, (_, body, done) =>
    done(null, body),
  );
  app.post('/v1/sessions', async (request, reply) => {
    const { nonce, kems } = openOf(request.body);
    requireRunning(parts);
    sessions.requireRoom();
    const { session, keyConfig } = await engine.open(kems[0]!);
    try {
      sessions.add(session);
      const { certificate, auditPath } = await attestor.attest(nonce, keyConfig);
      const proof = releaseProof();
      const answer = encodeSessionAnswer({
        certificate,
        keyConfig,
        sessionId: Buffer.from(session, 'hex'),
        ttlSeconds: limits.sessionSeconds,
        auditPath,
        ...(proof ? { releaseProof: proof } : {}),
      });
      return await reply.type(SESSION_TYPE).send(Buffer.from(answer));
    } catch (error) {
      sessions.remove(session);
      throw error;
    }
  });
}

function addRequests(app: FastifyInstance, parts: AppParts): void {
  const { engine, sessions, limits } = parts;
  app.addContentTypeParser(CHUNKED_REQUEST_TYPE, { parseAs: 'buffer' }, (_, body, done) => done(null, body));
  app.post<{ Params: { session: string } }>('/v1/sessions/:session', (request, reply) => {
    const { session } = request.params;
    if (!SESSION_ID.test(session))
      throw new ServerError('request-malformed', 'A session id is 32 hexadecimal digits.');
    if (!Buffer.isBuffer(request.body)) throw mediaTypeMissing();
    requireRunning(parts);
    sessions.require(session);
    engine.requireRoom();
    sessions.use(session);
    // A copy, because it is transferred to the worker and Node's own buffers may share their memory.
    const message = new Uint8Array(request.body);
    const answer = new Readable({ read() {} });
    return new Promise((resolve, reject) => {
      const pacer = new Pacer(limits.cadenceMs, (bytes) => answer.push(bytes));
      engine.run(session, message, {
        chunk(bytes) {
          pacer.take(bytes);
          resolve(answer);
        },
        refused: reject,
        finished: () => pacer.end(() => answer.push(null)),
        broken: () => answer.destroy(),
      });
      reply.type(CHUNKED_RESPONSE_TYPE);
      reply.raw.once('close', () => {
        pacer.stop();
        engine.abort(session);
      });
    });
  });
}

function requireRunning({ notReady }: AppParts): void {
  if (notReady() !== 'server-stopping') return;
  throw new ServerError('server-stopping', 'The server is being stopped. Open a session elsewhere.', {
    retryAfter: 5,
  });
}

function openOf(body: unknown): ReturnType<typeof decodeSessionOpen> {
  if (!Buffer.isBuffer(body)) throw mediaTypeMissing();
  try {
    return decodeSessionOpen(body);
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    throw new ServerError('request-malformed', 'The opening of a session is malformed.', {
      detail: error.code,
    });
  }
}

function mediaTypeMissing(): ServerError {
  return new ServerError(
    'media-type-unsupported',
    'The request has no body of the type that this path takes.',
  );
}
