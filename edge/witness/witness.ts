/** A witness as a party, C2SP tlog-witness: run it where the log's operator has no say. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { formatVerifierKey, LedgerError, type LedgerErrorCode } from '../../ledger/index.js';
import { readOrCreateSigner, Witness } from '../../ledger/node/index.js';
import { AddressBuckets } from '../buckets.js';
import { EdgeError, type EdgeErrorCode } from '../error.js';
import type { EdgeLog } from '../events.js';
import { RequestMetrics } from '../metrics.js';
import { DEFAULT_PARTY_LIMITS, type PartyLimits, type RunningParty, startParty } from '../party.js';
import type { WitnessConfig } from './config.js';

export interface PartyWitnessOptions {
  readonly config: WitnessConfig;
  readonly log: EdgeLog;
  readonly limits?: PartyLimits;
}

export interface RunningWitness extends RunningParty {
  /** Its verifier key, for policies. */
  readonly key: string;
}

const SIZE_TYPE = 'text/x.tlog.size';
const MOST_BYTES = 96 * 1024;
const SWEEP_MS = 5_000;

/** @throws EdgeError `state-unusable`, `port-in-use`, `listen-failed`; LedgerError; ConfigError `config-unreadable` */
export async function startWitness(options: PartyWitnessOptions): Promise<RunningWitness> {
  const { config, log: tell, limits = DEFAULT_PARTY_LIMITS } = options;
  const { folder, name, logs } = config;
  const signer = await readOrCreateSigner(config.key).catch((cause: unknown) => {
    throw new EdgeError('state-unusable', "The witness's key cannot be read.", { cause });
  });
  const witness = await Witness.open({ folder, name, signer, logs });
  const buckets = new AddressBuckets(config.rate);
  const metrics = new RequestMetrics('witness');
  const sweep = setInterval(() => buckets.sweep(), SWEEP_MS);
  const party = await startParty({
    party: 'witness',
    listen: config.listen,
    limits: { ...limits, bodyBytes: MOST_BYTES },
    log: tell,
    metrics,
    notReady: () => undefined,
    paths(app) {
      app.addContentTypeParser('*', { parseAs: 'buffer' }, (_, body, done) => done(null, body));
      app.post('/add-checkpoint', addCheckpoint);
    },
    async closed() {
      clearInterval(sweep);
      await witness.close();
    },
  });
  return { ...party, key: formatVerifierKey(witness.key) };

  async function addCheckpoint(request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
    buckets.require(request.ip, 'checkpoints');
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    try {
      const answer = await witness.addCheckpoint(body);
      metrics.count({ outcome: answer.outcome });
      if (answer.outcome === 'conflict')
        return await reply.code(409).type(SIZE_TYPE).send(`${answer.size}\n`);
      return await reply.type('text/plain; charset=utf-8').send(answer.lines);
    } catch (error) {
      if (!(error instanceof LedgerError)) throw error;
      const code = refusals[error.code] ?? 'request-malformed';
      metrics.count({ outcome: 'refused' });
      if (code === 'checkpoint-conflict' || code === 'checkpoint-inconsistent')
        tell({ event: 'fork-refused' });
      throw new EdgeError(code, `The witness does not sign: ${error.message}.`, { detail: error.code });
    }
  }
}

/** The others are malformed requests. */
const refusals: Readonly<Partial<Record<LedgerErrorCode, EdgeErrorCode>>> = {
  'witness-unknown-log': 'not-found',
  'note-unknown-key': 'checkpoint-unsigned',
  'note-bad-signature': 'checkpoint-unsigned',
  'tree-split-view': 'checkpoint-conflict',
  'proof-consistency': 'checkpoint-inconsistent',
  'proof-malformed': 'checkpoint-inconsistent',
};
