/**
 * Web apps of any origin may ask (CORS, Fetch section 3.2): nothing here depends on a cookie, a client certificate or on
 * where a browser is, so a page can do no more than any program can.
 */
import type { FastifyInstance } from 'fastify';

const PREFLIGHT_AGE_S = 7200;

/** A path that pages post to: its media types, and fields, need a preflight. */
export interface Posted {
  readonly path: string;
  /** What a request's header may have beside what any has. */
  readonly fields: readonly string[];
}

export function openToPages(app: FastifyInstance, { path, fields }: Posted): void {
  app.addHook('onRequest', async (_, reply) => {
    reply.header('access-control-allow-origin', '*');
    reply.header('access-control-expose-headers', 'retry-after');
  });
  app.options(path, async (_, reply) =>
    reply
      .code(204)
      .header('access-control-allow-methods', 'POST')
      .header('access-control-allow-headers', fields.join(', '))
      .header('access-control-max-age', PREFLIGHT_AGE_S)
      .send(),
  );
}
