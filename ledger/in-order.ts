/**
 * Waits for checks that run at once. What fails is the first that failed in the list, and not in time: the same input has
 * the same code every time.
 */
export async function inOrder<T extends readonly unknown[]>(
  checks: readonly [...{ readonly [K in keyof T]: Promise<T[K]> }],
): Promise<T> {
  const settled = await Promise.allSettled(checks);
  const failed = settled.find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
  return Promise.all(checks) as unknown as Promise<T>;
}
