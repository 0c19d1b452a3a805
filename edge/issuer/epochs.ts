/** Time in epochs: a key signs for one of them, and its tokens are good until a while after. All times in seconds. */

export interface EpochLengths {
  readonly epochSeconds: number;
  /** For how long after its epoch a token is still good. */
  readonly overlapSeconds: number;
}

/** Counted from 1970. */
export function epochAt(now: number, { epochSeconds }: EpochLengths): number {
  return Math.floor(now / epochSeconds);
}

export function startOf(epoch: number, { epochSeconds }: EpochLengths): number {
  return epoch * epochSeconds;
}

/** From when on tokens of an epoch are refused. */
export function endOf(epoch: number, { epochSeconds, overlapSeconds }: EpochLengths): number {
  return (epoch + 1) * epochSeconds + overlapSeconds;
}
