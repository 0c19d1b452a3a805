/** Evidence in a file: the answer that opened a session, as it came. Its nonce and time are given on the command line. */
import { writeFile } from 'node:fs/promises';
import type { SessionEvidence } from '../client/index.js';
import { CliError } from './error.js';
import { readBytes } from './input.js';
import { note } from './terminal.js';

export interface EvidenceValues {
  readonly file: string;
  readonly nonce?: string | undefined;
  readonly at?: string | undefined;
}

/**
 * Reads saved evidence, and the time to judge it at.
 * @throws CliError `usage` without a nonce, `nonce-malformed`, `time-malformed`, `input-missing`, `input-too-large`
 */
export async function readEvidence(
  values: EvidenceValues,
): Promise<SessionEvidence & { readonly now: Date }> {
  if (values.nonce === undefined) {
    throw new CliError('usage', '--file needs --nonce: evidence proves something about one nonce only.');
  }
  const nonce = nonceOf(values.nonce);
  const now = values.at === undefined ? new Date() : timeOf(values.at);
  return { answer: await readBytes(values.file), nonce, now };
}

/**
 * Writes evidence to a file, and says how to verify it there.
 * @param trust the options that name what is accepted
 * @throws CliError `output-failed`
 */
export async function saveEvidence(
  file: string,
  { answer, nonce }: SessionEvidence,
  at: Date,
  trust: readonly string[],
): Promise<void> {
  try {
    await writeFile(file, answer);
  } catch (cause) {
    throw new CliError('output-failed', `${file} cannot be written.`, { cause });
  }
  const hex = Buffer.from(nonce).toString('hex');
  const words = ['verify', '--file', file, '--nonce', hex, '--at', at.toISOString(), ...trust];
  note(`The evidence is in ${file}; its nonce is ${hex}. To verify it again, offline:`);
  note(`  npx sotto ${words.map(quoted).join(' ')}`);
}

function nonceOf(hex: string): Uint8Array {
  if (/^[0-9a-fA-F]{64}$/.test(hex)) return new Uint8Array(Buffer.from(hex, 'hex'));
  throw new CliError('nonce-malformed', 'A nonce has 64 hexadecimal digits.');
}

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?Z$/;

function timeOf(text: string): Date {
  const time = new Date(TIME.test(text) ? text : Number.NaN);
  // A day that a month does not have is the next month's to Date, but not to whoever wrote it.
  if (!Number.isNaN(time.getTime()) && time.toISOString().startsWith(text.slice(0, 16))) return time;
  throw new CliError('time-malformed', 'A time is ISO 8601 in UTC: 2026-01-31T12:00:00Z.');
}

/** A word as a shell reads it back. */
function quoted(word: string): string {
  return /^[\w./:-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
