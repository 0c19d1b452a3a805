/** The page, its accounts and its delivery service, on one port. */
import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import { Mailroom } from '../delivery/mailroom.js';
import { addDelivery } from '../delivery/service.js';
import type { Parties } from './parties.js';
import { type Accounts, PEOPLE } from './people.js';

const PAGE = fileURLToPath(new URL('../../page/', import.meta.url));
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};
/** Of what the delivery service keeps, in bytes. */
const MAILROOM_BYTES = 256 * 1024 * 1024;

export interface Site {
  readonly url: string;
  close(): Promise<void>;
}

export async function startSite(port: number, accounts: Accounts, parties: Parties): Promise<Site> {
  const app = fastify({ logger: false, forceCloseConnections: true, bodyLimit: 4096 });
  const people = PEOPLE.map(({ id }) => id);
  let url = '';
  await addDelivery(app, {
    mailroom: new Mailroom(people, MAILROOM_BYTES),
    personOf: (token) => accounts.personOf(token),
    // Node sends none; browsers always do.
    allowsOrigin: (origin) => origin === undefined || origin === url,
  });
  const policy = contentPolicy(parties);
  app.addHook('onRequest', async (_, reply) => {
    reply.headers({
      'content-security-policy': policy,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'permissions-policy': 'camera=(), microphone=(), geolocation=()',
      'cache-control': 'no-store',
    });
  });
  addApi(app, accounts, parties);
  for (const file of await readdir(PAGE, { recursive: true, withFileTypes: true })) {
    if (!file.isFile()) continue;
    const path = join(file.parentPath, file.name);
    const bytes = await readFile(path);
    const name = path.slice(PAGE.length);
    const send = (_: FastifyRequest, reply: FastifyReply) =>
      reply.type(TYPES[extname(name)] ?? 'application/octet-stream').send(bytes);
    app.get(`/${name}`, send);
    if (name === 'index.html') app.get('/', send);
  }
  await app.listen({ host: '127.0.0.1', port });
  url = `http://127.0.0.1:${(app.server.address() as { port: number }).port}`;
  return { url, close: () => app.close() };
}

/** Scripts and styles from here, connections to here and to the parties of private AI, and nothing else. */
function contentPolicy({ configuration: { relay, keySources, issuer } }: Parties): string {
  const parties = new Set([relay, ...keySources, issuer.url].map((url) => new URL(url).origin));
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "worker-src 'self'",
    `connect-src 'self' ${[...parties].join(' ')}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    'trusted-types sotto-worker',
  ].join('; ');
}

function addApi(app: FastifyInstance, accounts: Accounts, parties: Parties): void {
  app.get('/api/people', async () => PEOPLE);
  app.get('/api/configuration', async () => parties.configuration);
  app.get('/api/seen', async (_, reply) => reply.type('application/json').send(await parties.seen()));
  app.post('/api/sign-in', async (request, reply) => {
    const { person } = Object(request.body) as { readonly person?: unknown };
    const token = typeof person === 'string' ? accounts.signIn(person) : undefined;
    if (token === undefined) return reply.code(404).send({ code: 'person-unknown' });
    return { token };
  });
  app.post('/api/sign-out', async (request) => {
    accounts.signOut(bearerOf(request));
    return {};
  });
  app.post('/api/app-token', async (request, reply) => {
    const person = accounts.personOf(bearerOf(request));
    if (person === undefined) return reply.code(401).send({ code: 'not-signed-in' });
    return { token: await accounts.appToken(person, parties.configuration.issuer.name) };
  });
}

const bearerOf = ({ headers }: FastifyRequest): string =>
  /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1] ?? '';
