/**
 * The relay: knows addresses and nothing else. It forwards to one gateway only, tells it nothing of whom it forwards
 * for, and keeps no record of whom, how much or when.
 */
import type { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Pool } from 'undici';
import {
  CHUNKED_REQUEST_TYPE,
  CHUNKED_RESPONSE_TYPE,
  OHTTP_REQUEST_TYPE,
  OHTTP_RESPONSE_TYPE,
} from '../../wire/index.js';
import { PROBLEM_TYPE } from '../../wire/node/problem.js';
import { AddressBuckets } from '../buckets.js';
import { Departure } from '../departure.js';
import { EdgeError } from '../error.js';
import type { EdgeLog } from '../events.js';
import { addKeysPath, addProofPath, KEYS_PATH, KEYS_PROOF, KEYS_PROOF_PATH, KeyCache } from '../key-cache.js';
import { RequestMetrics } from '../metrics.js';
import { openToPages } from '../pages.js';
import { DEFAULT_PARTY_LIMITS, type PartyLimits, type RunningParty, startParty } from '../party.js';
import { type Observe, Sight } from '../sight.js';
import type { RelayConfig } from './config.js';
import { forward } from './forward.js';

export interface RelayOptions {
  readonly config: RelayConfig;
  readonly log: EdgeLog;
  readonly limits?: PartyLimits;
  /** Is shown all that the relay sees. For development: no configuration leads here. */
  readonly observe?: Observe;
}

const ANSWERS: Readonly<Record<string, string>> = {
  [OHTTP_REQUEST_TYPE]: OHTTP_RESPONSE_TYPE,
  [CHUNKED_REQUEST_TYPE]: CHUNKED_RESPONSE_TYPE,
};
const SWEEP_MS = 5_000;
/** A proof's view of the log has to be fresh. */
const PROOF_SECONDS = 30;
/** For the head of the gateway's answer, in milliseconds: more than the gateway gives a machine that has others to serve. */
const HEAD_MS = 180_000;
/** Between two pieces of an answer. */
const PIECE_MS = 30_000;

/** @throws EdgeError `port-in-use`, `listen-failed`; ConfigError `config-unreadable` */
export async function startRelay(options: RelayOptions): Promise<RunningParty> {
  const { config, log, limits = DEFAULT_PARTY_LIMITS, observe } = options;
  const timeouts = { headersTimeout: HEAD_MS, bodyTimeout: PIECE_MS };
  const gateway = new Pool(config.gateway, { ...timeouts, pipelining: 1 });
  const buckets = new AddressBuckets(config.rate);
  const keys = new KeyCache(config.gateway, config.keySeconds * 1000);
  const proofMs = Math.min(config.keySeconds, PROOF_SECONDS) * 1000;
  const proof = new KeyCache(config.gateway, proofMs, Date.now, KEYS_PROOF);
  const metrics = new RequestMetrics('relay');
  let reachable = true;
  const reached = (now: boolean): void => {
    if (reachable !== now) log({ event: now ? 'gateway-found' : 'gateway-lost' });
    reachable = now;
  };
  const sweep = setInterval(() => {
    buckets.sweep();
    // One that nobody is sent to any more would not find out by itself.
    if (!reachable)
      keys.refresh().then(
        () => reached(true),
        () => undefined,
      );
  }, SWEEP_MS);
  return startParty({
    party: 'relay',
    listen: config.listen,
    limits,
    log,
    metrics,
    notReady: () => (reachable ? undefined : 'gateway-unavailable'),
    paths(app) {
      for (const type of Object.keys(ANSWERS)) {
        app.addContentTypeParser(type, (_, payload, done) => done(null, payload));
      }
      app.addHook('onRequest', async (request) => limitAddress(buckets, request));
      openToPages(app, { path: '/', fields: ['content-type'] });
      addKeysPath(app, keys);
      addProofPath(app, proof);
      app.post('/', (request, reply) => pass(request, reply));
    },
    async closed() {
      clearInterval(sweep);
      await gateway.close();
    },
  });

  async function pass(request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
    const type = request.headers['content-type'] ?? '';
    const answer = ANSWERS[type];
    if (!answer) {
      throw new EdgeError('media-type-unsupported', 'A relay takes encapsulated requests and nothing else.');
    }
    const left = new Departure(reply.raw);
    const about = { party: 'relay', what: type, from: request.ip, to: config.gateway };
    const sight = observe && new Sight(about, observe);
    const body = sight ? sight.request(request.body as Readable) : (request.body as Readable);
    try {
      const { status, retryAfter, ...received } = await forward(gateway, body, {
        type,
        answer,
        limit: limits.bodyBytes,
        signal: left,
      });
      reached(true);
      metrics.count({ outcome: status === 200 ? 'answered' : 'refused' });
      reply.code(status);
      reply.type(status === 200 ? answer : PROBLEM_TYPE);
      if (retryAfter !== undefined) reply.header('retry-after', retryAfter);
      return reply.send(sight ? sight.response(received.body) : received.body);
    } catch (error) {
      if (error instanceof EdgeError && error.code === 'gateway-unavailable' && !left.aborted) {
        reached(false);
      }
      metrics.count({ outcome: 'failed' });
      throw error;
    }
  }
}

/** @throws EdgeError `address-limited` */
function limitAddress(buckets: AddressBuckets, request: FastifyRequest): void {
  if (
    request.routeOptions.url !== '/' &&
    request.routeOptions.url !== KEYS_PATH &&
    request.routeOptions.url !== KEYS_PROOF_PATH
  )
    return;
  buckets.require(request.ip, 'requests');
}
