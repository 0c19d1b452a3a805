import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TLSSocket } from 'node:tls';
import { createRatlsIdentity } from '../attestation/ratls/index.js';
import type { Tsm } from '../attestation/tsm/index.js';
import { authorityOf } from '../wire/node/listen.js';
import { createApp, type NotReady } from './app.js';
import { Attestor } from './attestor.js';
import { DirectListener } from './direct/listener.js';
import { PeerGate, type PeerRules } from './direct/peers.js';
import { Engine } from './engine/host.js';
import type { EngineOptions } from './engine/protocol.js';
import type { Limits } from './limits.js';
import type { Log } from './log.js';
import { Metrics } from './metrics.js';
import { listenError, requirePort } from './port.js';
import type { Release } from './release.js';
import { SessionTable } from './sessions.js';
import { StaplingTsm } from './staple/index.js';
import { ReleaseProof } from './staple/release-proof.js';
import { VERSION } from './version.js';

export interface DirectOptions {
  /** 0 for any that is free. */
  readonly port: number;
  /**
   * What a client has to show evidence of, over its direct connection, before it may open a session. With this, no
   * session can be opened over plain HTTP.
   */
  readonly peers?: PeerRules;
}

export interface ServerOptions {
  readonly host: string;
  /** 0 for any that is free. */
  readonly port: number;
  /** Also takes direct RA-TLS connections. */
  readonly direct?: DirectOptions;
  /** Folder of the model pack. */
  readonly packDir: string;
  readonly backend: EngineOptions['backend'];
  /** Threads that compute. */
  readonly threads: number;
  /** Where hardware reports come from, once it is known what is running. */
  readonly tsm: (release: Release) => Promise<Tsm>;
  /** The log that its release is in: `https://log.example`. */
  readonly ledger?: string | undefined;
  readonly limits: Limits;
  readonly log: Log;
}

export interface Server {
  /** `http://host:port`. */
  readonly url: string;
  /** `https://host:port` of direct RA-TLS, when it is taken. */
  readonly directUrl: string | undefined;
  readonly release: Release;
  /** Resolves if the engine breaks. The server answers on, but is of no more use. */
  readonly broken: Promise<void>;
  /** Finishes the answers in progress, then wipes every key and ends. */
  close(): Promise<void>;
}

/** How often expired keys are wiped and a missing report is asked for again, in milliseconds. */
const TICK_MS = 1000;
/** Ticks between two attempts to get a report while there is none. */
const PROBE_TICKS = 5;

/** How often it is looked whether the last reply has gone out while the server stops, in milliseconds. */
const SWEEP_MS = 50;

/**
 * Starts a server. It listens when model and tasks are loaded; it is ready when a hardware report has been made, and what
 * its vendor publishes is there and good.
 * @throws ServerError `engine-failed`, `port-in-use`, `listen-failed`
 * @throws AttestationError when there is no TSM; `policy-invalid` when peers are asked for what nobody can show
 */
export async function startServer(options: ServerOptions): Promise<Server> {
  const { limits, log } = options;
  const started = performance.now();
  await requirePort(options);
  const metrics = new Metrics();
  const { packDir, backend, threads } = options;
  const { taskMs, cadenceMs } = limits;
  const engine = await Engine.start({ packDir, backend, threads, taskMs, cadenceMs }, limits, (report) =>
    metrics.count(report),
  );
  log({ event: 'engine-ready', loadMs: engine.ready.loadMs, threads });
  const { name, bits, digest } = engine.ready;
  const release = { version: VERSION, model: { name, bits, digest } };
  const staple = { log, metrics, fetchMs: limits.vendorMs };
  const tsm = new StaplingTsm(await options.tsm(release), staple);
  const proof =
    options.ledger === undefined
      ? undefined
      : new ReleaseProof({ url: options.ledger, fetchMs: limits.vendorMs, log });
  const attestor = new Attestor(proof?.watching(tsm) ?? tsm, await createRatlsIdentity(), log);
  const sessions = new SessionTable(limits, (session) => engine.forget(session));

  let engineBroken = false;
  let stopping = false;
  const broken = engine.broken.then(() => {
    engineBroken = true;
    log({ event: 'engine-failed' });
  });
  const notReady = (): NotReady | undefined => {
    if (stopping) return 'server-stopping';
    if (engineBroken) return 'engine-failed';
    if (!attestor.healthy) return 'attestation-unavailable';
    if (!tsm.healthy) return 'collateral-unavailable';
    return proof && !proof.bundle ? 'release-proof-unavailable' : undefined;
  };
  const releaseProof = () => proof?.bundle;
  const attestationProblem = () => attestor.problem;
  const replies = { open: 0 };
  const peers = options.direct?.peers && new PeerGate(options.direct.peers);
  const parts = {
    engine,
    attestor,
    sessions,
    metrics,
    release,
    limits,
    replies,
    peers,
    notReady,
    releaseProof,
    attestationProblem,
  };
  const app = await createApp(parts);
  const take = (socket: TLSSocket) => app.server.emit('connection', socket);
  const direct = options.direct && new DirectListener({ attestor, limits, log, take });
  let directPort: number | undefined;
  try {
    await listening(options.host, options.port, (host, port) => app.listen({ host, port }));
    if (direct) {
      directPort = await listening(options.host, options.direct.port, (...on) => direct.listen(...on));
    }
  } catch (error) {
    await app.close();
    await engine.close();
    throw error;
  }
  attestor.probe();
  let ticks = 0;
  const timer = setInterval(() => {
    sessions.expire();
    tsm.tick();
    proof?.tick();
    if (++ticks % PROBE_TICKS === 0) attestor.probe();
  }, TICK_MS);
  const { port } = app.server.address() as AddressInfo;
  log({ event: 'server-started', port, startMs: performance.now() - started });

  const stop = async (): Promise<void> => {
    stopping = true;
    log({ event: 'server-stopping', answersInProgress: engine.busy });
    const deadline = performance.now() + limits.shutdownMs;
    const late = new AbortController();
    await Promise.race([
      engine.drained(),
      sleep(limits.shutdownMs, undefined, { signal: late.signal }).catch(() => undefined),
    ]);
    late.abort();
    clearInterval(timer);
    await engine.close();
    // What a client holds open without a request would keep the server from ending.
    const sweep = setInterval(() => {
      if (replies.open > 0 && performance.now() < deadline) return;
      app.server.closeAllConnections();
      direct?.closeAllConnections();
    }, SWEEP_MS);
    await Promise.all([app.close(), direct?.close()]);
    clearInterval(sweep);
    log({ event: 'server-stopped', uptimeS: (performance.now() - started) / 1000 });
  };
  let stopped: Promise<void> | undefined;
  return {
    url: `http://${authorityOf({ host: options.host, port })}`,
    directUrl:
      directPort === undefined
        ? undefined
        : `https://${authorityOf({ host: options.host, port: directPort })}`,
    release,
    broken,
    close: () => (stopped ??= stop()),
  };
}

/** @throws ServerError `port-in-use`, `listen-failed` */
async function listening<Result>(
  host: string,
  port: number,
  listen: (host: string, port: number) => Promise<Result>,
): Promise<Result> {
  try {
    return await listen(host, port);
  } catch (cause) {
    throw listenError(cause, { host, port });
  }
}
