/** TD attributes and XFAM (Intel, "TDX Module ABI Reference Specification", ATTRIBUTES and XFAM). */

/** The TD's ATTRIBUTES, by their bits. */
export interface TdAttributes {
  /** Bit 0: the host may read and write the TD's memory and registers. */
  readonly debug: boolean;
  /** Bit 28: accesses to pages that were taken away stop the TD, instead of raising an exception it could mishandle. */
  readonly septVeDisable: boolean;
  /** Bit 29: a migration TD may move this TD to another machine. */
  readonly migratable: boolean;
  /** Bit 30: supervisor protection keys. */
  readonly pks: boolean;
  /** Bit 31: Key Locker. */
  readonly keyLocker: boolean;
  /** Bit 63: performance monitoring. */
  readonly perfmon: boolean;
  /** All 64 bits. */
  readonly bits: bigint;
}

export function readAttributes(bits: bigint): TdAttributes {
  const bit = (n: bigint) => ((bits >> n) & 1n) === 1n;
  return {
    debug: bit(0n),
    septVeDisable: bit(28n),
    migratable: bit(29n),
    pks: bit(30n),
    keyLocker: bit(31n),
    perfmon: bit(63n),
    bits,
  };
}
