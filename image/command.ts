/** What the image's commands have in common: a line about what they do, and one about what went wrong. */
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ImageError } from './error.js';
import { MeasureError } from './measure/error.js';

const HERE = dirname(fileURLToPath(import.meta.url));

/** The checkout. This file is compiled to dist/image/; tests take it as it is, from image/. */
export const ROOT = resolve(HERE, basename(dirname(HERE)) === 'dist' ? '../..' : '..');

/** Everything that is built or downloaded. */
export const WORK = join(ROOT, '.sotto', 'image');

/** The firmware for SEV-SNP, once it is compiled. */
export const FIRMWARE = join(WORK, 'AMDSEV.fd');

/** Where an image and what belongs to it lie. */
export function outputFolder(variant: Variant): string {
  return join(WORK, variant);
}

/** Which of the two images: the released one, or the one for tests, whose hardware is simulated. */
export type Variant = 'release' | 'test';

/** @throws ImageError `usage` */
export function variantOf(args: readonly string[]): Variant {
  const rest = args.filter((arg) => arg === '--test');
  if (rest.length !== args.length) {
    throw new ImageError('usage', `There is no option ${args.find((arg) => arg !== '--test')}: only --test.`);
  }
  return rest.length > 0 ? 'test' : 'release';
}

/** For commands that take none. @throws ImageError `usage` */
export function refuseOptions(args: readonly string[]): void {
  if (args.length > 0) throw new ImageError('usage', `There are no options here, and so no ${args[0]}.`);
}

const started = performance.now();

/** A line of progress, with the seconds since the start. */
export function say(line: string): void {
  process.stderr.write(`[${((performance.now() - started) / 1000).toFixed(0).padStart(4)} s] ${line}\n`);
}

/** Runs a command, and sets the process's exit code: 2 for wrong options, 1 for other errors. */
export async function run(command: () => Promise<void>): Promise<void> {
  try {
    await command();
  } catch (error) {
    if (!(error instanceof ImageError || error instanceof MeasureError)) throw error;
    process.stderr.write(`error: ${error.message} [${error.code}]\n`);
    process.exitCode = error.code === 'usage' ? 2 : 1;
  }
}
