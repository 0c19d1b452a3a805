/** What somebody could pass to a process without it being measured. */
import { ServerError } from './error.js';

/** The parts of Node's `process` that come from outside. */
export interface FromOutside {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly argv: readonly string[];
  readonly execArgv: readonly string[];
}

/**
 * Refuses to go on with any environment variable, argument or option of Node's.
 *
 * @throws ServerError `environment-not-empty`, `arguments-not-empty`; neither says what they were
 */
export function requireNothingUnmeasured({ env, argv, execArgv }: FromOutside): void {
  if (Object.keys(env).length > 0) {
    throw new ServerError(
      'environment-not-empty',
      'The server takes no environment variable: start it with "env -i".',
    );
  }
  if (argv.length > 2 || execArgv.length > 0) {
    throw new ServerError('arguments-not-empty', 'The server takes no argument, and Node no option.');
  }
}
