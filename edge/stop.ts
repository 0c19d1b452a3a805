/** Waits for SIGINT or SIGTERM, then closes what runs. */
export async function untilStopped(running: { close(): Promise<void> }): Promise<void> {
  await new Promise<void>((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
  await running.close();
}
