/** The HTTP of the issuer: which path does what. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import {
  type DirectoryKey,
  encodeDirectory,
  ISSUER_DIRECTORY_PATH,
  ISSUER_DIRECTORY_TYPE,
  TOKEN_BATCH_REQUEST_TYPE,
  TOKEN_REQUEST_SIZE,
  TOKEN_REQUEST_TYPE,
} from '../../wire/index.js';
import { addKeysPath, type KeyCache } from '../key-cache.js';
import type { RequestMetrics } from '../metrics.js';
import { openToPages } from '../pages.js';
import { type Observe, Sight } from '../sight.js';
import { IssuerError } from './error.js';
import { type IssueParts, issue } from './issue.js';
import type { KeyRing } from './key-ring.js';

/** What the paths work with. */
export interface AppParts extends IssueParts {
  readonly ring: Pick<KeyRing, 'current' | 'listed'>;
  readonly metrics: Pick<RequestMetrics, 'count'>;
  /** The gateway's, when the issuer is to show them a second time. */
  readonly gatewayKeys: KeyCache | undefined;
  /** The proof bundle of a listed key, when it is in a log. */
  readonly proofOf: (key: DirectoryKey) => Uint8Array | undefined;
  readonly observe: Observe | undefined;
}

export const TOKEN_REQUEST_PATH = '/token-request';
/** What a request for tokens may have in its header beside what any has. */
const REQUEST_FIELDS = ['content-type', 'content-digest', 'signature-input', 'signature', 'authorization'];
/** For 64 tokens, the most that can be configured, and one more, which is told by its own code. */
export const BODY_BYTES = 65 * TOKEN_REQUEST_SIZE + 8;
/** A directory is used for that long without a look at it, in seconds. Next keys are listed an epoch ahead. */
const MOST_DIRECTORY_AGE_S = 3600;

/** Adds what the issuer answers to an application, or a part of it. */
export function addPaths(app: FastifyInstance, parts: AppParts): void {
  openToPages(app, { path: TOKEN_REQUEST_PATH, fields: REQUEST_FIELDS });
  for (const type of [TOKEN_REQUEST_TYPE, TOKEN_BATCH_REQUEST_TYPE]) {
    app.addContentTypeParser(type, { parseAs: 'buffer' }, (_, body, done) => done(null, body));
  }
  if (parts.observe) watchAll(app, parts.observe);
  if (parts.gatewayKeys) addKeysPath(app, parts.gatewayKeys);
  addIssuing(app, parts);
}

function addIssuing(app: FastifyInstance, parts: AppParts): void {
  const { ring, metrics, epochSeconds, proofOf } = parts;
  const age = Math.min(MOST_DIRECTORY_AGE_S, Math.floor(epochSeconds / 2));
  app.get(ISSUER_DIRECTORY_PATH, async (_, reply) => {
    const keys = ring.listed().map((key) => {
      const proof = proofOf(key);
      return proof ? { ...key, proof } : key;
    });
    const directory = encodeDirectory({ requestUri: TOKEN_REQUEST_PATH, keys });
    reply.header('cache-control', `public, max-age=${age}`);
    return reply.type(ISSUER_DIRECTORY_TYPE).send(Buffer.from(directory));
  });
  app.post(TOKEN_REQUEST_PATH, async (request, reply) => {
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
