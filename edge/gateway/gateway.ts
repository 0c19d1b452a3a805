/**
 * The gateway: knows that a request has a good token, and neither whose it is nor what is in it. It opens the outer
 * seal, checks the token, sends the sealed session on to a machine drawn at random and seals what comes back.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { timeText } from '../../ledger/index.js';
import {
  CHUNKED_REQUEST_TYPE,
  encodeKeyConfigList,
  KEY_CONFIG_LIST_TYPE,
  OHTTP_REQUEST_TYPE,
} from '../../wire/index.js';
import { Departure } from '../departure.js';
import { EdgeError } from '../error.js';
import type { EdgeLog } from '../events.js';
import { KEYS_PATH, KEYS_PROOF_PATH, PROOF_TYPE } from '../key-cache.js';
import { LogEntries } from '../log-entry.js';
import { RequestMetrics } from '../metrics.js';
import { DEFAULT_PARTY_LIMITS, type PartyLimits, type RunningParty, startParty } from '../party.js';
import { asEdgeError } from '../problem.js';
import { type Observe, Sight } from '../sight.js';
import type { GatewayConfig } from './config.js';
import { Fleet } from './fleet.js';
import { Gate } from './gate.js';
import { answerInner, type InnerAnswer, type InnerParts } from './inner.js';
import { IssuerKeys } from './issuer-keys.js';
import { KeyRing } from './key-ring.js';
import { openOuter } from './outer.js';
import { Routes } from './routes.js';
import { refused } from './seal.js';
import { openSpentSet } from './spent/index.js';

export interface GatewayOptions {
  readonly config: GatewayConfig;
  readonly log: EdgeLog;
  readonly limits?: PartyLimits;
  /** Is shown all that the gateway sees. For development: no configuration leads here. */
  readonly observe?: Observe;
}

const HEALTH_MS = 2_000;
/** For a session to be opened, and between two pieces of an answer. */
const HEAD_MS = 15_000;
const SWEEP_MS = 60_000;

/** @throws EdgeError `state-unusable`, `spent-set-unavailable`, `port-in-use`, `listen-failed` */
export async function startGateway(options: GatewayOptions): Promise<RunningParty> {
  const { config, log, limits = DEFAULT_PARTY_LIMITS, observe } = options;
  const keys = await KeyRing.open(config.keys);
  const spent = await openSpentSet(config.spent);
  const issuer = await IssuerKeys.start(config);
  const logged =
    config.ledger && (await LogEntries.start(config.ledger, () => [keyManifest(config.name, keys)], log));
  const fleet = await Fleet.start(config.machines, {
    healthMs: HEALTH_MS,
    headMs: HEAD_MS,
    changed: (ready, known) => log({ event: 'vms-ready', ready, known }),
  });
  const parts: InnerParts = { fleet, routes: new Routes(keys), gate: new Gate(issuer, spent), issuer };
  const metrics = new RequestMetrics('gateway');
  let spentReady = true;
  const spentFound = (now: boolean): void => {
    if (spentReady !== now) log({ event: now ? 'spent-set-found' : 'spent-set-lost' });
    spentReady = now;
  };
  const look = setInterval(() => {
    spent.check().then(
      () => spentFound(true),
      () => spentFound(false),
    );
    // A failed write is tried again at the next look, and the keys go on serving meanwhile.
    keys.advance().then(
      (moved) => moved && log({ event: 'keys-rotated' }),
      () => undefined,
    );
  }, HEALTH_MS);
  const sweep = setInterval(() => void spent.sweep().catch(() => undefined), SWEEP_MS);

  return startParty({
    party: 'gateway',
    listen: config.listen,
    limits,
    log,
    metrics,
    notReady() {
      if (!issuer.ready) return 'issuer-keys-unavailable';
      if (!spentReady) return 'spent-set-unavailable';
      if (logged && !logged.ready) return 'ledger-unavailable';
      return fleet.ready > 0 ? undefined : 'vm-unavailable';
    },
    paths(app) {
      for (const type of [OHTTP_REQUEST_TYPE, CHUNKED_REQUEST_TYPE]) {
        app.addContentTypeParser(type, { parseAs: 'buffer' }, (_, body, done) => done(null, body));
      }
      app.get(KEYS_PATH, async (_, reply) => {
        reply.header('cache-control', `public, max-age=${keys.secondsLeft}`);
        return reply.type(KEY_CONFIG_LIST_TYPE).send(Buffer.from(encodeKeyConfigList([keys.current.config])));
      });
      app.get(KEYS_PROOF_PATH, async (_, reply) => {
        const bundle = logged?.bundle;
        if (bundle) return reply.type(PROOF_TYPE).send(Buffer.from(bundle));
        throw new EdgeError('keys-unavailable', 'There is no proof of the keys now. Try again soon.', {
          retryAfter: 2,
        });
      });
      app.post('/', (request, reply) => answer(request, reply));
    },
    async closed() {
      clearInterval(look);
      clearInterval(sweep);
      issuer.stop();
      await logged?.stop();
      await fleet.close();
      await spent.close();
    },
  });

  async function answer(request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
    if (!Buffer.isBuffer(request.body)) {
      throw new EdgeError(
        'media-type-unsupported',
        'A gateway takes encapsulated requests and nothing else.',
      );
    }
    const outer = openOuter(keys, request.headers['content-type'] ?? '', request.body);
    const path = Buffer.from(outer.request.path).toString('latin1');
    const about = { party: 'gateway', what: path, from: request.ip, to: 'a machine' };
    const sight = observe && new Sight(about, observe);
    sight?.sent(outer.request.content);
    const left = new Departure(reply.raw);
    try {
      const inner = await underSeal(() => answerInner(parts, outer.request, left, sight));
      metrics.count({ outcome: inner.status === 200 ? 'answered' : 'refused' });
      const watched = sight ? watch(inner, sight) : inner;
      const sealed = await outer.seal(watched);
      return await reply
        .type(outer.answer)
        .send(
          sealed instanceof Uint8Array
            ? Buffer.from(sealed.buffer, sealed.byteOffset, sealed.length)
            : sealed,
        );
    } finally {
      outer.wipe();
    }
  }
}

/** What the log is to say of the current keys: the same for all gateways that share them. */
function keyManifest(name: string, keys: KeyRing): object {
  const { notBefore, notAfter } = keys.validity;
  return {
    type: 'gateway-key',
    critical: true,
    name,
    keyConfigs: Buffer.from(encodeKeyConfigList([keys.current.config])).toString('base64'),
    notBefore: timeText(notBefore),
    notAfter: timeText(notAfter),
  };
}

/** What is wrong inside is told inside: the relay learns nothing of it. */
async function underSeal(work: () => Promise<InnerAnswer>): Promise<InnerAnswer> {
  try {
    return await work();
  } catch (error) {
    return refused(asEdgeError(error));
  }
}

function watch(answer: InnerAnswer, sight: Sight): InnerAnswer {
  if (!(answer.body instanceof Uint8Array)) return { ...answer, body: sight.response(answer.body) };
  sight.answered(answer.body);
  return answer;
}
