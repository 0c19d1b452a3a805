/** What all parties are made of: one HTTP server that refuses in one way, reports its health and stops gracefully. */
import type { AddressInfo } from 'node:net';
import helmet from '@fastify/helmet';
import { type FastifyInstance, fastify } from 'fastify';
import type { Registry } from 'prom-client';
import { type Listen, readTls } from './config/index.js';
import { EdgeError } from './error.js';
import type { EdgeLog, Party } from './events.js';
import { asEdgeError, PROBLEM_TYPE, problemOf } from './problem.js';

export interface PartyLimits {
  /** Of a request, in bytes. */
  readonly bodyBytes: number;
  /** To receive a request in, in milliseconds. */
  readonly receiveMs: number;
  /** For requests in progress when the party is told to stop, in milliseconds. */
  readonly shutdownMs: number;
  /** Connections at a time. */
  readonly connections: number;
}

export const DEFAULT_PARTY_LIMITS: PartyLimits = {
  bodyBytes: 320 * 1024,
  receiveMs: 20_000,
  shutdownMs: 30_000,
  connections: 4096,
};

export interface PartyParts {
  readonly party: Party;
  readonly listen: Listen;
  readonly limits: PartyLimits;
  readonly log: EdgeLog;
  readonly metrics: Registry;
  /** Why nobody should come here now; nothing when they may. */
  readonly notReady: () => string | undefined;
  readonly paths: (app: FastifyInstance) => void | Promise<void>;
  /** Runs when the last request has been answered. */
  readonly closed?: () => Promise<void>;
}

export interface RunningParty {
  /** `http://host:port`. */
  readonly url: string;
  /** Finishes the requests in progress, then ends. */
  close(): Promise<void>;
}

const HEADER_BYTES = 8192;
const SWEEP_MS = 50;

/** @throws EdgeError `port-in-use`, `listen-failed`; ConfigError `config-unreadable` */
export async function startParty(parts: PartyParts): Promise<RunningParty> {
  const { party, listen, limits, log } = parts;
  const started = performance.now();
  const tls = await readTls(listen);
  const state = { open: 0, stopping: false };
  const app = createApp(parts, tls, state);
  await app.register(helmet, { contentSecurityPolicy: { directives: { defaultSrc: ["'none'"] } } });
  addStatusPaths(app, parts, state);
  await app.register(async (scope) => parts.paths(scope));
  try {
    await app.listen({ host: listen.host, port: listen.port });
  } catch (cause) {
    throw listenError(cause, listen);
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
  const host = listen.host.includes(':') ? `[${listen.host}]` : listen.host;
  return { url: `${tls ? 'https' : 'http'}://${host}:${port}`, close: () => (stopped ??= stop()) };
}

function createApp(
  { limits }: PartyParts,
  tls: Awaited<ReturnType<typeof readTls>>,
  state: { open: number },
): FastifyInstance {
  const http = {
    maxHeaderSize: HEADER_BYTES,
    // Node exchanges the two timeouts when this one is longer.
    headersTimeout: limits.receiveMs,
    // How often Node looks for requests that take too long.
    connectionsCheckingInterval: Math.min(limits.receiveMs, 5_000),
  };
  const app = fastify({
    logger: false,
    bodyLimit: limits.bodyBytes,
    requestTimeout: limits.receiveMs,
    keepAliveTimeout: limits.receiveMs,
    http,
    ...(tls ? { https: { ...http, ...tls, minVersion: 'TLSv1.3' } } : {}),
    forceCloseConnections: 'idle',
    clientErrorHandler(error, socket) {
      const { status, body } = problemOf(asEdgeError(error));
      if (socket.writable) {
        socket.write(
          `HTTP/1.1 ${status} Refused\r\ncontent-type: ${PROBLEM_TYPE}\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
        );
      }
      socket.destroy();
    },
  }) as unknown as FastifyInstance;
  app.server.maxConnections = limits.connections;
  app.addHook('onRequest', async (_, reply) => {
    state.open++;
    reply.raw.once('close', () => state.open--);
    reply.header('cache-control', 'no-store');
  });
  app.setNotFoundHandler(() => {
    throw new EdgeError('not-found', 'There is nothing here.');
  });
  app.setErrorHandler((error, _, reply) => {
    const { status, body, retryAfter } = problemOf(asEdgeError(error));
    if (retryAfter !== undefined) reply.header('retry-after', retryAfter);
    return reply.code(status).type(PROBLEM_TYPE).send(body);
  });
  app.removeAllContentTypeParsers();
  return app;
}

function addStatusPaths(app: FastifyInstance, parts: PartyParts, state: { stopping: boolean }): void {
  app.get('/healthz', async () => ({ status: 'ok' }));
  app.get('/readyz', async (_, reply) => {
    const reason = state.stopping ? 'server-stopping' : parts.notReady();
    return reason ? reply.code(503).send({ status: 'not-ready', reason }) : { status: 'ready' };
  });
  app.get('/metrics', async (_, reply) =>
    reply.type(parts.metrics.contentType).send(await parts.metrics.metrics()),
  );
}

function listenError(cause: unknown, { host, port }: Listen): EdgeError {
  if ((cause as NodeJS.ErrnoException).code === 'EADDRINUSE') {
    return new EdgeError('port-in-use', `Port ${port} is in use: stop what uses it, or choose another one.`, {
      cause,
    });
  }
  return new EdgeError('listen-failed', `Nothing can listen on ${host}, port ${port}.`, { cause });
}
