/**
 * What a released image runs. It takes no argument, no environment variable and no file but the model pack, which the
 * image's measurement covers; its evidence comes from the kernel and from nowhere else.
 */
import { availableParallelism } from 'node:os';
import { configfsTsm } from '../attestation/tsm/index.js';
import { DEFAULT_LIMITS, jsonLog, ServerError, startServer } from './index.js';
import { untilStopped } from './stop.js';

const log = jsonLog();
try {
  const server = await startServer({
    host: '0.0.0.0',
    port: 8443,
    direct: { port: 8444 },
    packDir: '/usr/share/sotto/model',
    backend: 'ffi',
    threads: availableParallelism(),
    tsm: async () => configfsTsm(),
    limits: DEFAULT_LIMITS,
    log,
  });
  process.exitCode = await untilStopped(server);
} catch (error) {
  const reason = error instanceof ServerError ? error.code : 'internal';
  log({ event: 'server-failed', reason });
  process.exitCode = 1;
}
