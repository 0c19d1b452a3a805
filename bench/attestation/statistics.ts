/** The value that a share of all values, 0 to 1, does not exceed. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

/** Microseconds that one call takes: the least of five rounds, since noise only ever adds. */
export async function microseconds(calls: number, call: (i: number) => unknown): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 5; round++) {
    const start = performance.now();
    for (let i = 0; i < calls; i++) await call(i);
    least = Math.min(least, ((performance.now() - start) * 1000) / calls);
  }
  return least;
}
