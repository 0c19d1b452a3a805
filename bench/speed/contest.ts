/** Rounds in which every contestant does the same, one after the other, so that a noisy machine is noisy for all. */
import type { Contestant, Run } from './contestant.js';

/** Tokens a second. */
export interface Speeds {
  readonly prefill: number;
  readonly decodeShort: number;
  readonly decodeLong: number;
}

export interface Result {
  readonly contestant: Contestant;
  /** The median of all rounds. */
  readonly speeds: Speeds;
  /** What it wrote after the long prompt. */
  readonly tokens: readonly number[];
}

const SHORT = 16;
const LONG = 512;
const COUNT = 65;

/** Tokens that mean nothing, all different, the same every time. */
const prompt = (length: number): number[] =>
  Array.from({ length }, (_, i) => ((i * 7919 + 13) % 40_000) + 100);

export async function contest(contestants: readonly Contestant[], rounds: number): Promise<Result[]> {
  const collected = contestants.map(() => [] as Speeds[]);
  const written = contestants.map(() => [] as readonly number[]);
  // The first round warms everything up and does not count.
  for (let round = 0; round <= rounds; round++) {
    for (const [i, contestant] of contestants.entries()) {
      const short = await contestant.generate(prompt(SHORT), COUNT);
      const long = await contestant.generate(prompt(LONG), COUNT);
      written[i] = long.tokens;
      if (round > 0) collected[i]!.push(speedsOf(short, long));
    }
  }
  return contestants.map((contestant, i) => ({
    contestant,
    speeds: medians(collected[i]!),
    tokens: written[i]!,
  }));
}

function speedsOf(short: Run, long: Run): Speeds {
  const decode = ({ decodeMs }: Run) => ((COUNT - 1) * 1000) / decodeMs;
  return { prefill: (LONG * 1000) / long.prefillMs, decodeShort: decode(short), decodeLong: decode(long) };
}

function medians(rounds: readonly Speeds[]): Speeds {
  const median = (of: (speeds: Speeds) => number): number => {
    const sorted = rounds.map(of).sort((a, b) => a - b);
    const middle = sorted.length >> 1;
    return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
  };
  return {
    prefill: median((s) => s.prefill),
    decodeShort: median((s) => s.decodeShort),
    decodeLong: median((s) => s.decodeLong),
  };
}
