/** One sealed request from its opening to the last wipe. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type Backend, ModelError, SecretArena } from '../../model/index.js';
import type { TaskRunner, TaskStats } from '../../model/tasks/index.js';
import { type OpenedTask, openTaskRequest, type TaskRequest, WireError } from '../../wire/index.js';
import { Cadence } from './cadence.js';
import type { SessionKey } from './keys.js';
import type { EngineOptions, RunReport } from './protocol.js';

/** What a worker runs requests with. */
export interface EngineParts {
  readonly backend: Backend;
  readonly runner: TaskRunner;
  readonly options: EngineOptions;
}

/**
 * Opens, does and answers one request. Whatever happens, nothing of it is left when this returns: key, plaintext,
 * tokens, keys and values, logits, the answer and the keys that sealed it are overwritten.
 * @param send gets the sealed chunks in order
 * @returns what may be counted; `refused` with a code when the request did not open, and then nothing was sent
 */
export async function runSealed(
  parts: EngineParts,
  key: SessionKey,
  message: Uint8Array,
  signal: AbortSignal,
  send: (chunk: Uint8Array) => void,
): Promise<RunReport & { readonly code?: string }> {
  let opened: OpenedTask | undefined;
  try {
    try {
      opened = openTaskRequest(key.pair, key.config, message);
    } finally {
      key.pair.wipe();
    }
    return await answer(parts, opened, signal, send);
  } catch (error) {
    if (opened || !(error instanceof WireError)) throw error;
    return { outcome: 'refused', code: error.code };
  } finally {
    opened?.wipe();
    collectGarbage();
  }
}

async function answer(
  parts: EngineParts,
  opened: OpenedTask,
  signal: AbortSignal,
  send: (chunk: Uint8Array) => void,
): Promise<RunReport> {
  const arena = new SecretArena();
  const cadence = new Cadence(opened.answer, arena, parts.options.cadenceMs, send);
  signal.addEventListener('abort', () => cadence.stop(), { once: true });
  let wipedBytes = 0;
  const forget = async () => {
    cadence.stop();
    wipedBytes += arena.wipe() + opened.wipeRequest();
    await parts.backend.scrub();
  };
  try {
    const result = await perform(parts, opened, signal, arena, cadence);
    if (!signal.aborted) await cadence.drained();
    await forget();
    if (signal.aborted) return { outcome: 'aborted' };
    const last = opened.answer.event(
      'code' in result
        ? { kind: 'error', code: result.code }
        : { kind: 'done', stats: { ...result.stats, wipedBytes: result.stats.wipedBytes + wipedBytes } },
    );
    const end = opened.answer.end();
    opened.wipe();
    send(last);
    send(end);
    return 'code' in result ? { outcome: 'error' } : { outcome: 'done', stats: result.stats };
  } catch (error) {
    await forget();
    throw error;
  }
}

/** The task's own part. Errors become codes, to be sealed like everything else that depends on the request. */
async function perform(
  { runner, options }: EngineParts,
  opened: OpenedTask,
  signal: AbortSignal,
  arena: SecretArena,
  cadence: Cadence,
): Promise<{ readonly stats: TaskStats } | { readonly code: string }> {
  const timeout = AbortSignal.timeout(options.taskMs);
  try {
    const request = opened.parse();
    const stats = await runner.run(
      request,
      (event) => {
        if (event.kind === 'text') cadence.text(event.text);
        else cadence.event(event);
      },
      { signal: AbortSignal.any([signal, timeout]), arena },
    );
    if (keptOriginal(request, stats)) {
      cadence.event({ kind: 'notice', notice: 'kept-original', count: stats.fallbacks });
    }
    return { stats };
  } catch (error) {
    if (timeout.aborted) return { code: 'task-timeout' };
    return { code: codeOf(error) };
  }
}

function keptOriginal(request: TaskRequest, stats: TaskStats): boolean {
  return stats.fallbacks > 0 && (request.task === 'rewrite' || request.task === 'proofread');
}

/** Codes of our own errors are safe to tell; anything else is only known to be a failure. */
function codeOf(error: unknown): string {
  if (error instanceof WireError || error instanceof ModelError) return error.code;
  return 'engine-failed';
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
setFlagsFromString('--no-expose-gc');

/** Native keys are cleansed when their objects are collected: so that happens now, not some time. */
function collectGarbage(): void {
  collect();
}
