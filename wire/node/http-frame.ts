/** What all of our HTTP servers are made of: limits, and one way to refuse. The paths are others' to add. */
import { IncomingMessage, type OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { type FastifyInstance, type FastifyRequest, fastify } from 'fastify';
import helmet from 'helmet';
import { PROBLEM_TYPE, type Problem } from './problem.js';

export interface FrameOptions {
  /** Of a request, in bytes. */
  readonly bodyBytes: number;
  /** Of all headers of a request, in bytes. */
  readonly headerBytes: number;
  /** To receive a request in, in milliseconds. */
  readonly receiveMs: number;
  /** Connections at a time. */
  readonly connections: number;
  /** PEM; without them it speaks plain HTTP. */
  readonly tls?: { readonly cert: Buffer; readonly key: Buffer } | undefined;
  /** What to answer for whatever was thrown; without a request when none could be read. */
  readonly refuse: (error: unknown, request?: FastifyRequest) => Problem;
  /** What to throw for a path that there is not. */
  readonly notFound: () => Error;
}

export async function createFrame(options: FrameOptions): Promise<FastifyInstance> {
  const { bodyBytes, headerBytes, receiveMs, connections, tls, refuse, notFound } = options;
  const http = {
    maxHeaderSize: headerBytes,
    // Node exchanges the two timeouts when this one is longer.
    headersTimeout: receiveMs,
    // How often Node looks for requests that take too long.
    connectionsCheckingInterval: Math.min(receiveMs, 5_000),
  };
  const app = fastify({
    logger: false,
    bodyLimit: bodyBytes,
    requestTimeout: receiveMs,
    keepAliveTimeout: receiveMs,
    http,
    ...(tls ? { https: { ...http, ...tls, minVersion: 'TLSv1.3' } } : {}),
    forceCloseConnections: 'idle',
    // A process that stops says so itself, with a code.
    return503OnClosing: false,
    clientErrorHandler(error, socket) {
      const { status, body } = refuse(error);
      if (socket.writable) {
        socket.write(
          `HTTP/1.1 ${status} Refused\r\ncontent-type: ${PROBLEM_TYPE}\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
        );
      }
      socket.destroy();
    },
  }) as unknown as FastifyInstance;
  app.server.maxConnections = connections;
  const headers = { ...securityHeaders(), 'cache-control': 'no-store' };
  app.addHook('onRequest', (_, reply, done) => {
    reply.headers(headers);
    done();
  });
  app.setNotFoundHandler(() => {
    throw notFound();
  });
  app.setErrorHandler((error, request, reply) => {
    const { status, body, retryAfter } = refuse(error, request);
    if (retryAfter !== undefined) reply.header('retry-after', retryAfter);
    return reply.code(status).type(PROBLEM_TYPE).send(body);
  });
  app.removeAllContentTypeParsers();
  return app;
}

/** Helmet's, written down once: they are the same for all answers. */
function securityHeaders(): OutgoingHttpHeaders {
  const response = new ServerResponse(new IncomingMessage(new Socket()));
  const secure = helmet({ contentSecurityPolicy: { directives: { defaultSrc: ["'none'"] } } });
  secure(response.req, response, () => undefined);
  return response.getHeaders();
}
