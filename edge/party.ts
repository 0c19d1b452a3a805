/** What all parties are made of: one HTTP server that refuses in one way, reports its health and stops gracefully. */
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { createFrame, type FrameOptions } from '../wire/node/http-frame.js';
import { authorityOf, listenRefusal } from '../wire/node/listen.js';
import { type Listen, readTls } from './config/index.js';
import { EdgeError } from './error.js';
import type { EdgeLog, Party } from './events.js';
import type { RequestMetrics } from './metrics.js';
import { asEdgeError, problemOf } from './problem.js';

export interface PartyLimits {
  /** Of a request, in bytes. */
  readonly bodyBytes: number;
  /** Of all headers of a request, in bytes. */
  readonly headerBytes: number;
  /** To receive a request in, in milliseconds. */
  readonly receiveMs: number;
  /** For requests in progress when the party is told to stop, in milliseconds. */
  readonly shutdownMs: number;
  /** Connections at a time. */
  readonly connections: number;
}

export const DEFAULT_PARTY_LIMITS: PartyLimits = {
  bodyBytes: 320 * 1024,
  headerBytes: 8192,
  receiveMs: 20_000,
  shutdownMs: 30_000,
  connections: 4096,
};

export interface PartyParts {
  readonly party: Party;
  readonly listen: Listen;
  readonly limits: PartyLimits;
  readonly log: EdgeLog;
  readonly metrics: RequestMetrics;
  /** Why nobody should come here now; nothing when they may. */
  readonly notReady: () => string | undefined;
  readonly paths: (app: FastifyInstance) => void | Promise<void>;
  /** How to say no, where it is said in further codes. */
  readonly refuse?: FrameOptions['refuse'];
  /** Runs when the last request has been answered. */
  readonly closed?: () => Promise<void>;
}

export interface RunningParty {
  /** `http://host:port`. */
  readonly url: string;
  /** Finishes the requests in progress, then ends. */
  close(): Promise<void>;
}

const SWEEP_MS = 50;
const STATUS_PATHS = ['/healthz', '/readyz', '/metrics'];

/** @throws EdgeError `port-in-use`, `listen-failed`; ConfigError `config-unreadable` */
export async function startParty(parts: PartyParts): Promise<RunningParty> {
  const { party, listen, limits, log } = parts;
  const started = performance.now();
  const tls = await readTls(listen);
  const state = { open: 0, stopping: false };
  const app = await createFrame({
    ...limits,
    tls,
    refuse: parts.refuse ?? ((error) => problemOf(asEdgeError(error))),
    notFound: () => new EdgeError('not-found', 'There is nothing here.'),
  });
  app.addHook('onRequest', async (_, reply) => {
    state.open++;
    reply.raw.once('close', () => state.open--);
  });
  app.addHook('onRequest', async ({ routeOptions: { url } }) => {
    if (!state.stopping || STATUS_PATHS.includes(url ?? '')) return;
    throw new EdgeError('server-stopping', `The ${party} is being stopped: try again soon.`, {
      retryAfter: 5,
    });
  });
  addStatusPaths(app, parts, state);
  await app.register(async (scope) => parts.paths(scope));
  try {
    await app.listen({ host: listen.host, port: listen.port });
  } catch (cause) {
    const { code, message } = listenRefusal(cause, listen, `The ${party}`);
    throw new EdgeError(code, message, { cause });
  }
  const { port } = app.server.address() as AddressInfo;
  log({ event: 'party-started', party, port });

  const stop = async (): Promise<void> => {
    state.stopping = true;
    log({ event: 'party-stopping', party, requestsInProgress: state.open });
    const deadline = performance.now() + limits.shutdownMs;
    // What a client holds open without a request would keep it from ending.
    const sweep = setInterval(() => {
      if (state.open === 0 || performance.now() > deadline) app.server.closeAllConnections();
    }, SWEEP_MS);
    await app.close();
    clearInterval(sweep);
    await parts.closed?.();
    log({ event: 'party-stopped', party, uptimeS: (performance.now() - started) / 1000 });
  };
  let stopped: Promise<void> | undefined;
  const url = `${tls ? 'https' : 'http'}://${authorityOf({ host: listen.host, port })}`;
  return { url, close: () => (stopped ??= stop()) };
}

function addStatusPaths(app: FastifyInstance, parts: PartyParts, state: { stopping: boolean }): void {
  app.get('/healthz', async () => ({ status: 'ok' }));
  app.get('/readyz', async (_, reply) => {
    const reason = state.stopping ? 'server-stopping' : parts.notReady();
    return reason ? reply.code(503).send({ status: 'not-ready', reason }) : { status: 'ready' };
  });
  app.get('/metrics', async (_, reply) =>
    reply.type(parts.metrics.contentType).send(await parts.metrics.text()),
  );
}
