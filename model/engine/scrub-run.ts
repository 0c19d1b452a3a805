/**
 * The shape of a run that overwrites what earlier runs left on the stacks of the runtime's threads. These stay alive
 * between runs, and the matrix kernels pack up to 16,384 floats of values on them: 256 positions of 64, so a run over a
 * past of so many zeros fills the same places. More than one new token, because a single one takes another path.
 */
export const scrubRun = { past: 256, tokens: 16 } as const;
