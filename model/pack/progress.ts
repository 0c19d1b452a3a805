import { ModelError } from '../error.js';

/** Hears how far a step has come; `done` and `total` are in the step's own unit. */
export type Progress = (step: {
  readonly stage: string;
  readonly done: number;
  readonly total: number;
}) => void;

/**
 * Makes a counter for each step of a longer piece of work. Each count is also where the work stops when it is aborted.
 * @throws ModelError `import-aborted` from the counter
 */
export function progressSteps(
  progress: Progress | undefined,
  signal: AbortSignal | undefined,
): (stage: string, total: number) => (more: number) => void {
  return (stage, total) => {
    let done = 0;
    return (more) => {
      if (signal?.aborted)
        throw new ModelError('import-aborted', 'The import was stopped; nothing was left behind.');
      done += more;
      progress?.({ stage, done: Math.min(done, total), total });
    };
  };
}
