/** A machine whose model is a script: sealing, sessions, evidence, cadence and HTTP are the server's own. */
import type { AddressInfo } from 'node:net';
import { createRatlsIdentity } from '../../attestation/ratls/index.js';
import { simulatedTsm } from '../../attestation/tsm/index.js';
import type { Backend } from '../../model/index.js';
import type { TaskEvent, TaskRunner } from '../../model/tasks/index.js';
import { type AppParts, createApp } from '../../server/app.js';
import { Attestor } from '../../server/attestor.js';
import { SessionKeys } from '../../server/engine/keys.js';
import { type EngineParts, runSealed } from '../../server/engine/run.js';
import { ServerError } from '../../server/error.js';
import { DEFAULT_LIMITS, type Limits } from '../../server/limits.js';
import { Metrics } from '../../server/metrics.js';
import { SessionTable } from '../../server/sessions.js';

/** What the model says, and when: the events of one answer. */
export type Script = () => Iterable<TaskEvent> | AsyncIterable<TaskEvent>;

export interface Machine {
  readonly url: string;
  close(): Promise<void>;
}

/** What a client has to be told to accept it. */
export const MACHINE_TRUST = {
  policy: { measurements: [new Uint8Array(48).fill(7)] },
  roots: { simulated: 'sotto-simulated' },
} as const;

const MODEL = { name: 'script', bits: 8, digest: new Uint8Array(32) };

/** Starts one on a free port. @throws ServerError `listen-failed` */
export async function startMachine(script: Script, given: Partial<Limits> = {}): Promise<Machine> {
  const limits = { ...DEFAULT_LIMITS, sessions: 100_000, ...given };
  const [measurement] = MACHINE_TRUST.policy.measurements;
  const silent = () => undefined;
  const attestor = new Attestor(
    await simulatedTsm({ measurement: measurement! }),
    await createRatlsIdentity(),
    silent,
  );
  const keys = new SessionKeys();
  const app = await createApp({
    engine: engineOf(keys, script, limits),
    attestor,
    sessions: new SessionTable(limits, (session) => keys.forget(session)),
    metrics: new Metrics(),
    release: { version: '0', model: MODEL },
    limits,
    replies: { open: 0 },
    releaseProof: silent,
    notReady: silent,
    attestationProblem: silent,
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  return {
    url: `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`,
    async close() {
      app.server.closeAllConnections();
      await app.close();
      keys.wipe();
    },
  };
}

/** The engine's work in this thread: as many requests at a time and in the queue as a server has. */
function engineOf(keys: SessionKeys, script: Script, limits: Limits): AppParts['engine'] {
  const running = new Map<string, AbortController>();
  const waiting = new Map<string, () => void>();
  const backend = { scrub: async () => undefined } as unknown as Backend;
  const { taskMs, cadenceMs } = limits;
  const options = { packDir: '', backend: 'ffi', threads: 1, taskMs, cadenceMs } as const;
  const parts: EngineParts = { backend, runner: scripted(script), options };
  function next(): void {
    const [first] = waiting;
    if (!first || running.size === limits.running) return;
    const [session, start] = first;
    waiting.delete(session);
    start();
  }
  return {
    open: async (kem) => keys.open(kem),
    forget: (session) => keys.forget(session),
    requireRoom() {
      if (running.size < limits.running || waiting.size < limits.queue) return;
      throw new ServerError('server-busy', 'The machine has as many requests as it can take.', {
        retryAfter: 1,
      });
    },
    run(session, message, events) {
      const key = keys.take(session);
      const refuse = (detail: string) =>
        events.refused(
          new ServerError('request-refused', 'The sealed request cannot be opened.', { detail }),
        );
      if (!key) return refuse('session-unknown');
      waiting.set(session, () => {
        const controller = new AbortController();
        running.set(session, controller);
        runSealed(parts, key, message, controller.signal, events.chunk)
          .then(({ code }) => (code === undefined ? events.finished() : refuse(code)), events.broken)
          .finally(() => {
            running.delete(session);
            next();
          });
      });
      next();
    },
    abort(session) {
      waiting.delete(session);
      running.get(session)?.abort();
    },
  };
}

function scripted(script: Script): TaskRunner {
  return {
    async run(_, emit) {
      for await (const event of script()) emit(event);
      const counts = { promptTokens: 0, cachedTokens: 0, outputTokens: 0, fallbacks: 0 };
      return { ...counts, prefillMs: 0, decodeMs: 0, wipedBytes: 0 };
    },
    close: () => undefined,
  };
}
