/** What a released image runs, but for where its hardware reports come from. */
import { availableParallelism } from 'node:os';
import { ServerError } from './error.js';
import { DEFAULT_LIMITS } from './limits.js';
import { jsonLog } from './log.js';
import { type ServerOptions, startServer } from './start.js';
import { untilStopped } from './stop.js';
import { requireNothingUnmeasured } from './unmeasured.js';

/**
 * Runs the server until it is told to stop, and sets the process's exit code. It takes no argument, no environment variable
 * and no file but the model pack.
 */
export async function runImage(tsm: ServerOptions['tsm']): Promise<void> {
  const log = jsonLog();
  try {
    requireNothingUnmeasured(process);
    const server = await startServer({
      // Of both families. To listen on IPv4's own wildcard fastify lists the interfaces, which the sandbox refuses.
      host: '::',
      port: 8443,
      direct: { port: 8444 },
      packDir: '/usr/share/sotto/model',
      backend: 'ffi',
      threads: availableParallelism(),
      tsm,
      limits: DEFAULT_LIMITS,
      log,
    });
    process.exitCode = await untilStopped(server);
  } catch (error) {
    const reason = error instanceof ServerError ? error.code : 'internal';
    log({ event: 'server-failed', reason });
    process.exitCode = 1;
  }
}
