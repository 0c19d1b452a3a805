/**
 * The log as a party: takes signed entries, gives them places, has witnesses sign, and shows everything to everybody. It
 * is trusted with nothing but being there: whoever reads it verifies it.
 */
import { readFile } from 'node:fs/promises';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  formatVerifierKey,
  LedgerError,
  MAX_ENTRY_BYTES,
  makeBundle,
  parseTilePath,
} from '../../ledger/index.js';
import { CHECKPOINT_PATH, Log, readOrCreateSigner } from '../../ledger/node/index.js';
import { AddressBuckets } from '../buckets.js';
import { EdgeError } from '../error.js';
import type { EdgeLog } from '../events.js';
import { RequestMetrics } from '../metrics.js';
import { DEFAULT_PARTY_LIMITS, type PartyLimits, type RunningParty, startParty } from '../party.js';
import { type LedgerConfig, requireWitnesses } from './config.js';
import { Publisher } from './publisher.js';

export interface LedgerOptions {
  readonly config: LedgerConfig;
  readonly log: EdgeLog;
  readonly limits?: PartyLimits;
}

export interface RunningLedger extends RunningParty {
  /** Its verifier key, for policies. */
  readonly key: string;
}

const ENTRY_TYPE = 'application/json';
const BUNDLE_TYPE = 'application/cbor';
const QUEUE = 10_000;
const SWEEP_MS = 5_000;
/** A full tile never changes, and neither does a partial one of a size that was published. */
const FOR_EVER = 'public, max-age=31536000, immutable';

/** @throws EdgeError `state-unusable`, `port-in-use`, `listen-failed`; LedgerError; ConfigError `config-unreadable` */
export async function startLedger({ config, log: tell, limits }: LedgerOptions): Promise<RunningLedger> {
  const signer = await readOrCreateSigner(config.key).catch(unusable);
  const genesis = await readFile(config.genesis).catch(unusable);
  const { folder, name, batchMs } = config;
  const log = await Log.open({ folder, name, signer, genesis, batchMs, queue: QUEUE });
  requireWitnesses(config, log.key);
  const publisher = new Publisher(log, config, tell);
  const buckets = new AddressBuckets(config.rate);
  const metrics = new RequestMetrics('ledger');
  const sweep = setInterval(() => buckets.sweep(), SWEEP_MS);
  const party = await startParty({
    party: 'ledger',
    listen: config.listen,
    limits: { ...(limits ?? DEFAULT_PARTY_LIMITS), bodyBytes: MAX_ENTRY_BYTES },
    log: tell,
    metrics,
    notReady: () => (publisher.published ? undefined : 'witness-quorum'),
    paths(app) {
      app.addContentTypeParser(ENTRY_TYPE, { parseAs: 'buffer' }, (_, body, done) => done(null, body));
      app.post('/v1/entries', append);
      app.get('/v1/bundles/:id', (request, reply) => bundle(param(request, 'id'), reply));
      app.get('/v1/bundles/release/:measurement', (request, reply) =>
        bundle(log.releaseOf(param(request, 'measurement')) ?? '', reply),
      );
      app.get('/checkpoint', async (_, reply) =>
        show(CHECKPOINT_PATH, reply.type('text/plain; charset=utf-8')),
      );
      app.get('/state/:hash', async (request, reply) => {
        const hash = param(request, 'hash');
        if (!/^[0-9a-f]{64}$/.test(hash)) throw nothing();
        return show(`state/${hash}`, reply.type('application/json').header('cache-control', FOR_EVER));
      });
      app.get('/tile/*', async (request, reply) => {
        const path = `tile/${param(request, '*')}`;
        requireTile(path);
        return show(path, reply.type('application/octet-stream').header('cache-control', FOR_EVER));
      });
    },
    async closed() {
      clearInterval(sweep);
      await publisher.stop();
      await log.close();
    },
  });
  return { ...party, key: formatVerifierKey(log.key) };

  async function append(request: FastifyRequest): Promise<unknown> {
    if (!Buffer.isBuffer(request.body)) {
      throw new EdgeError('media-type-unsupported', 'The log takes entries as JSON and nothing else.');
    }
    buckets.require(request.ip, 'entries');
    try {
      const found = await log.append(request.body);
      metrics.count({ outcome: 'appended' });
      return found;
    } catch (error) {
      metrics.count({ outcome: 'refused' });
      throw refused(error);
    }
  }

  async function bundle(id: string, reply: FastifyReply): Promise<unknown> {
    const index = log.placeOf(id);
    const { published } = publisher;
    if (index === undefined) throw nothing();
    if (!published || index >= published.size) {
      throw new EdgeError('ledger-behind', 'The witnesses have not seen the entry yet. Try again soon.', {
        retryAfter: 1,
      });
    }
    const { note: checkpoint, state } = published;
    const made = await makeBundle({ checkpoint, state, tile: log.store.tile }, index);
    return reply.type(BUNDLE_TYPE).send(Buffer.from(made));
  }

  async function show(path: string, reply: FastifyReply): Promise<unknown> {
    const found = await log.store.readPublic(path);
    if (!found) throw nothing();
    return reply.send(found);
  }
}

function param(request: FastifyRequest, name: string): string {
  return (request.params as Readonly<Record<string, string>>)[name] ?? '';
}

function requireTile(path: string): void {
  try {
    parseTilePath(path);
  } catch (error) {
    if (error instanceof LedgerError) throw nothing();
    throw error;
  }
}

const nothing = (): EdgeError => new EdgeError('not-found', 'There is nothing here.');

function unusable(cause: unknown): never {
  if (cause instanceof LedgerError) throw cause;
  throw new EdgeError('state-unusable', 'The key or the first entry of the log cannot be read.', { cause });
}

function refused(error: unknown): unknown {
  if (!(error instanceof LedgerError)) return error;
  const { code, message } = error;
  if (code === 'log-busy' || code === 'log-failed') {
    return new EdgeError('ledger-behind', 'The log cannot take entries now.', {
      detail: code,
      retryAfter: 2,
    });
  }
  return new EdgeError('entry-refused', `The log does not take the entry: ${message}.`, { detail: code });
}
