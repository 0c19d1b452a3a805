const INCREMENT = 0x9e3779b9; // 2^32 / golden ratio

/** A small generator of uniform numbers in [0, 1): equal seeds give equal sequences. Not for keys. */
export function seededRandom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    // A counter, its bits mixed by the finalizer of MurmurHash3.
    state = (state + INCREMENT) | 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x85ebca6b);
    mixed ^= mixed >>> 13;
    mixed = Math.imul(mixed, 0xc2b2ae35);
    mixed ^= mixed >>> 16;
    return (mixed >>> 0) / 2 ** 32;
  };
}
