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
  readonly version: string;
  readonly rounds: readonly Speeds[];
  /** What it wrote after both prompts. */
  readonly tokens: readonly number[];
}

const SHORT = 16;
const LONG = 512;
const COUNT = 65;

/** Tokens that mean nothing, all different, the same every time. */
const prompt = (length: number): number[] =>
  Array.from({ length }, (_, i) => ((i * 7919 + 13) % 40_000) + 100);

export async function contest(contestants: readonly Contestant[], rounds: number): Promise<Result[]> {
  const results = contestants.map((contestant) => ({
    contestant,
    version: '',
    rounds: [] as Speeds[],
    tokens: [] as readonly number[],
  }));
  for (let round = 0; round < rounds; round++) {
    for (const result of results) {
      const player = await result.contestant.start();
      // Warms up and does not count.
      await player.generate(prompt(SHORT), COUNT);
      const short = await player.generate(prompt(SHORT), COUNT);
      const long = await player.generate(prompt(LONG), COUNT);
      await player.close();
      result.version = player.version;
      result.tokens = [...short.tokens, ...long.tokens];
      result.rounds.push(speedsOf(short, long));
    }
  }
  return results;
}

function speedsOf(short: Run, long: Run): Speeds {
  const decode = ({ decodeMs }: Run) => ((COUNT - 1) * 1000) / decodeMs;
  return { prefill: (LONG * 1000) / long.prefillMs, decodeShort: decode(short), decodeLong: decode(long) };
}

/** The median of a speed over all rounds. */
export function speed({ rounds }: Result, of: keyof Speeds): number {
  return median(rounds.map((speeds) => speeds[of]));
}

/** The median of a speed over a peer's in the same round: what slows the machine down slows both. */
export function ratio(result: Result, peer: Result, of: keyof Speeds): number {
  return median(result.rounds.map((speeds, round) => speeds[of] / peer.rounds[round]![of]));
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
