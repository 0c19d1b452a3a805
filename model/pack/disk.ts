import { ModelError } from '../error.js';

/** The system's code of a failed file or process operation, such as ENOSPC. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** An error of the file system while writing below `folder`, typed; any other error as it is. */
export function asWriteError(error: unknown, folder: string): unknown {
  const code = systemCode(error);
  if (error instanceof ModelError || code === undefined) return error;
  if (code === 'ENOSPC' || code === 'EDQUOT') return noSpace(folder, 'the disk is full', error);
  return new ModelError('import-write-failed', `${folder} cannot be written to (${code}).`, { cause: error });
}

export function noSpace(folder: string, detail: string, cause?: unknown): ModelError {
  return new ModelError(
    'import-no-space',
    `There is no room for the model in ${folder}: ${detail}. Free some and run this again.`,
    { cause },
  );
}
