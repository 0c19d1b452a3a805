/** The worker's side: it alone sees plaintext and session keys. */
import type { MessagePort } from 'node:worker_threads';
import { ffiBackend, ModelError, openPack, packageBackend, Tokenizer } from '../../model/index.js';
import { createTaskRunner } from '../../model/tasks/index.js';
import { SessionKeys } from './keys.js';
import type { EngineOptions, EngineReady, FromEngine, ToEngine } from './protocol.js';
import { type EngineParts, runSealed } from './run.js';

/** Loads pack, runtime and tasks. @throws ModelError */
export async function loadParts(
  options: EngineOptions,
): Promise<{ readonly parts: EngineParts; readonly ready: EngineReady }> {
  const start = performance.now();
  const pack = await openPack(options.packDir);
  const { threads } = options;
  const backend = await (options.backend === 'ffi' ? ffiBackend : packageBackend)(pack, { threads });
  const runner = await createTaskRunner({ backend, tokenizer: await Tokenizer.fromPack(pack.dir) });
  const { name, bits } = pack.manifest;
  const ready = { name, bits, digest: pack.digest, threads, loadMs: performance.now() - start };
  return { parts: { backend, runner, options }, ready };
}

/** Serves the HTTP thread until it says `close`. */
export async function serveEngine(
  port: MessagePort,
  load: () => ReturnType<typeof loadParts>,
): Promise<void> {
  const say = (message: FromEngine, transfer: ArrayBuffer[] = []) => port.postMessage(message, transfer);
  let parts: EngineParts;
  try {
    const loaded = await load();
    parts = loaded.parts;
    say({ kind: 'ready', ready: loaded.ready });
  } catch (error) {
    say(startFailure(error));
    return;
  }
  const keys = new SessionKeys();
  const running = new Map<string, AbortController>();

  const run = async (session: string, message: Uint8Array): Promise<void> => {
    const key = keys.take(session);
    if (!key) return say({ kind: 'refused', session, code: 'session-unknown' });
    const controller = new AbortController();
    running.set(session, controller);
    const { code, ...report } = await runSealed(parts, key, message, controller.signal, (bytes) =>
      say({ kind: 'chunk', session, bytes }, [bytes.buffer as ArrayBuffer]),
    );
    running.delete(session);
    if (code !== undefined) say({ kind: 'refused', session, code });
    say({ kind: 'finished', session, report });
  };

  port.on('message', (message: ToEngine) => {
    switch (message.kind) {
      case 'open':
        return say({ kind: 'opened', call: message.call, ...keys.open(message.kem) });
      case 'forget':
        return keys.forget(message.session);
      case 'abort':
        return running.get(message.session)?.abort();
      case 'run':
        return void run(message.session, message.message);
      case 'close':
        keys.wipe();
        parts.runner.close();
        return void parts.backend.close().then(() => port.close());
    }
  });
}

function startFailure(error: unknown): FromEngine {
  if (error instanceof ModelError) return { kind: 'failed', code: error.code, message: error.message };
  return { kind: 'failed', code: 'engine-failed', message: 'The engine failed to start.' };
}
