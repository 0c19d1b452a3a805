import { type ParseArgsConfig, parseArgs } from 'node:util';
import { CliError } from './error.js';

/** One subcommand. */
export interface Command {
  /** As it is typed: `summarize`, `model import`. */
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  readonly help: string;
  /** @returns the exit code */
  readonly run: (args: readonly string[]) => Promise<number>;
}

/** `util.parseArgs`, whose complaints become ours. @throws CliError `usage` */
export function parsed<Config extends ParseArgsConfig>(config: Config): ReturnType<typeof parseArgs<Config>> {
  try {
    return parseArgs(config);
  } catch (cause) {
    const { message } = cause as Error;
    throw new CliError('usage', `${message.split('. ')[0]}.`, { cause });
  }
}

/** A whole number that was given as text. @throws CliError `usage` */
export function wholeNumber(text: string, option: string, least: number, most: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  throw new CliError('usage', `${option} takes a whole number from ${least} to ${most}.`);
}

/** One of a few words. @throws CliError `usage` */
export function oneOf<Word extends string>(
  text: string | undefined,
  option: string,
  words: readonly Word[],
): Word {
  const found = words.find((word) => word === text);
  if (found !== undefined) return found;
  throw new CliError('usage', `${option} takes one of: ${words.join(', ')}.`);
}
