import { join } from 'node:path';
import { timeText } from '../../ledger/index.js';
import type { DirectoryKey } from '../../wire/index.js';
import { EdgeError } from '../error.js';
import type { EdgeLog, PartyFailure } from '../events.js';
import { KeyCache } from '../key-cache.js';
import { LogEntries } from '../log-entry.js';
import { RequestMetrics } from '../metrics.js';
import { DEFAULT_PARTY_LIMITS, type PartyLimits, type RunningParty, startParty } from '../party.js';
import { problemOf } from '../problem.js';
import type { Observe } from '../sight.js';
import { StoreError } from '../store/index.js';
import { readAccounts } from './accounts.js';
import { addPaths, BODY_BYTES, TOKEN_REQUEST_PATH } from './app.js';
import { AccountKeys, AppTokens, type Attester, keySetOf } from './attest/index.js';
import type { IssuerConfig } from './config.js';
import { epochAt } from './epochs.js';
import { IssuerError } from './error.js';
import { KeyRing } from './key-ring.js';
import { asIssuerError, problemOf as issuerProblem } from './problem.js';
import { Quota } from './quota.js';

export interface IssuerOptions {
  readonly config: IssuerConfig;
  readonly log: EdgeLog;
  /** In seconds since 1970; the system's clock when left out. */
  readonly now?: () => number;
  /** Is shown all that the issuer sees. For development: no configuration leads here. */
  readonly observe?: Observe;
}

const LIMITS: PartyLimits = {
  ...DEFAULT_PARTY_LIMITS,
  bodyBytes: BODY_BYTES,
  headerBytes: 16 * 1024,
  connections: 1024,
};
/** How often keys are turned and old counts forgotten, in milliseconds. */
const UPKEEP_MS = 5000;
/** How far behind ours the clocks of processes may be that share our state, in seconds. */
const OTHER_CLOCKS_S = 60;

/**
 * @throws IssuerError `state-unusable`, `state-other-epochs`, `key-set-unreadable`
 * @throws EdgeError `port-in-use`, `listen-failed`
 * @throws ConfigError about the accounts file
 * @throws StoreError `store-unusable`
 */
export async function startIssuer(options: IssuerOptions): Promise<RunningParty> {
  const { config, log, now = () => Date.now() / 1000, observe } = options;
  const { stateFolder: folder, quotaPerEpoch, epochSeconds, gatewayKeys: mirrored } = config;
  const attesters = await attestersOf(config, now);
  const ring = await KeyRing.open({ ...config, folder, now, on: (event, epoch) => log({ event, epoch }) });
  const quota = new Quota(join(folder, 'quota.sqlite'), quotaPerEpoch, epochSeconds);
  const metrics = new RequestMetrics('issuer');
  const gatewayKeys = mirrored && new KeyCache(mirrored.gateway, mirrored.keySeconds * 1000);
  const manifestOf = (key: DirectoryKey) => keyManifest(config.issuerName, key);
  const logged =
    config.ledger && (await LogEntries.start(config.ledger, () => ring.listed().map(manifestOf), log));
  const upkeep = repeat(async () => {
    try {
      await ring.turn();
      const late = now() - OTHER_CLOCKS_S;
      quota.forget(epochAt(late, config), late);
    } catch (error) {
      log({ event: 'upkeep-failed', reason: reasonOf(error) });
    }
  });
  const closed = async (): Promise<void> => {
    await upkeep.stop();
    await logged?.stop();
    quota.close();
  };
  try {
    const proofOf = (key: DirectoryKey) => logged?.bundleOf(manifestOf(key));
    return await startParty({
      party: 'issuer',
      listen: config.listen,
      limits: LIMITS,
      log,
      metrics,
      notReady: () => (ready(ring) ? undefined : 'issuer-not-ready'),
      paths: (app) =>
        addPaths(app, { ...config, attesters, ring, quota, now, metrics, gatewayKeys, observe, proofOf }),
      refuse(error, request) {
        const refusal = error instanceof EdgeError ? error : asIssuerError(error);
        if (request?.routeOptions.url === TOKEN_REQUEST_PATH) metrics.count({ outcome: refusal.code });
        return refusal instanceof EdgeError ? problemOf(refusal) : issuerProblem(refusal);
      },
      closed,
    });
  } catch (error) {
    await closed();
    throw error;
  }
}

/** What the log is to say of a key: the same for all issuers that share it. */
function keyManifest(name: string, { key, notBefore = 0, notAfter = 0 }: DirectoryKey): object {
  return {
    type: 'issuer-key',
    critical: true,
    name,
    keyId: Buffer.from(key.id).toString('hex'),
    notBefore: timeText(notBefore),
    notAfter: timeText(notAfter),
  };
}

const reasonOf = (error: unknown): PartyFailure =>
  error instanceof IssuerError || error instanceof StoreError ? error.code : 'internal';

async function attestersOf(
  { issuerName, accountKeys, appTokens }: IssuerConfig,
  now: () => number,
): Promise<readonly Attester[]> {
  const attesters: Attester[] = [];
  if (accountKeys) {
    const accounts = await readAccounts(accountKeys.file);
    attesters.push(new AccountKeys({ ...accountKeys, accounts, authority: issuerName, now }));
  }
  if (appTokens) attesters.push(new AppTokens({ ...appTokens, keys: await keySetOf(appTokens.keySet), now }));
  return attesters;
}

function ready(ring: KeyRing): boolean {
  try {
    return Boolean(ring.current());
  } catch (error) {
    if (error instanceof IssuerError) return false;
    throw error;
  }
}

/** Calls `work` again and again, never twice at a time. */
function repeat(work: () => Promise<void>): { stop(): Promise<void> } {
  let running: Promise<void> = Promise.resolve();
  let busy = false;
  const timer = setInterval(() => {
    if (busy) return;
    busy = true;
    running = work().finally(() => {
      busy = false;
    });
  }, UPKEEP_MS);
  return {
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}
