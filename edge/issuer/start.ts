import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { authorityOf, listenRefusal } from '../../wire/node/listen.js';
import { KeyCache } from '../key-cache.js';
import { RequestMetrics } from '../metrics.js';
import type { Observe } from '../sight.js';
import { readAccounts } from './accounts.js';
import { createApp } from './app.js';
import { AccountKeys, AppTokens, type Attester, keySetOf } from './attest/index.js';
import type { IssuerConfig } from './config.js';
import { epochAt } from './epochs.js';
import { IssuerError } from './error.js';
import { KeyRing } from './key-ring.js';
import type { Log } from './log.js';
import { Quota } from './quota.js';

export interface Issuer {
  /** `http://host:port`. */
  readonly url: string;
  /** Finishes the requests in progress, then ends. */
  close(): Promise<void>;
}

/** How often keys are turned and old counts forgotten, in milliseconds. */
const UPKEEP_MS = 5000;
/** How often connections without a request are closed while the issuer stops, in milliseconds. */
const SWEEP_MS = 50;
/** How far behind ours the clocks of processes may be that share our state, in seconds. */
const OTHER_CLOCKS_S = 60;

export interface IssuerOptions {
  readonly config: IssuerConfig;
  readonly log: Log;
  /** In seconds since 1970; the system's clock when left out. */
  readonly now?: () => number;
  /** Is shown all that the issuer sees. For development: no configuration leads here. */
  readonly observe?: Observe;
}

/**
 * @throws IssuerError `state-unusable`, `state-other-epochs`, `key-set-unreadable`, `port-in-use`, `listen-failed`
 * @throws ConfigError about the accounts file
 * @throws StoreError `store-unusable`
 */
export async function startIssuer(options: IssuerOptions): Promise<Issuer> {
  const { config, log, now = () => Date.now() / 1000, observe } = options;
  const started = performance.now();
  const { stateFolder: folder, quotaPerEpoch, epochSeconds } = config;
  const attesters = await attestersOf(config, now);
  const ring = await KeyRing.open({ ...config, folder, now, on: (event, epoch) => log({ event, epoch }) });
  const quota = new Quota(join(folder, 'quota.sqlite'), quotaPerEpoch, epochSeconds);
  let stopping = false;
  const notReady = () => (stopping ? 'issuer-stopping' : ready(ring) ? undefined : 'issuer-not-ready');
  const metrics = new RequestMetrics('issuer');
  const mirrored = config.gatewayKeys;
  const gatewayKeys = mirrored && new KeyCache(mirrored.gateway, mirrored.keySeconds * 1000);
  const app = await createApp({
    ...config,
    attesters,
    ring,
    quota,
    now,
    metrics,
    gatewayKeys,
    notReady,
    observe,
  });
  try {
    await app.listen({ host: config.host, port: config.port });
  } catch (error) {
    quota.close();
    const { code, message } = listenRefusal(error, config, 'The issuer');
    throw new IssuerError(code, message, { cause: error });
  }
  const upkeep = repeat(async () => {
    try {
      await ring.turn();
      const late = now() - OTHER_CLOCKS_S;
      quota.forget(epochAt(late, config), late);
    } catch (error) {
      log({ event: 'upkeep-failed', reason: reasonOf(error) });
    }
  });
  const { port } = app.server.address() as AddressInfo;
  log({ event: 'issuer-started', port });

  const stop = async (): Promise<void> => {
    stopping = true;
    log({ event: 'issuer-stopping' });
    // A connection that was busy when closing began would otherwise be kept alive for its next request.
    const sweep = setInterval(() => app.server.closeIdleConnections(), SWEEP_MS);
    await Promise.all([app.close(), upkeep.stop()]);
    clearInterval(sweep);
    quota.close();
    log({ event: 'issuer-stopped', uptimeS: (performance.now() - started) / 1000 });
  };
  let stopped: Promise<void> | undefined;
  return {
    url: `http://${authorityOf({ host: config.host, port })}`,
    close: () => (stopped ??= stop()),
  };
}

/** The code of an error of ours, for the log. */
export function reasonOf(error: unknown): string {
  const { code } = Object(error) as { readonly code?: unknown };
  return typeof code === 'string' ? code : 'internal';
}

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
