import type { Server } from './start.js';

/** Waits for SIGINT or SIGTERM, or for the engine to break, then closes the server. @returns the exit code */
export async function untilStopped(server: Server): Promise<number> {
  const signalled = new Promise<number>((resolve) => {
    process.once('SIGINT', () => resolve(0));
    process.once('SIGTERM', () => resolve(0));
  });
  const code = await Promise.race([signalled, server.broken.then(() => 1)]);
  await server.close();
  return code;
}
