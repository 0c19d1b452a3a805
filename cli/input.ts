import { readFile } from 'node:fs/promises';
import { CliError } from './error.js';

/** More than any request has room for, in bytes. */
const MAX_INPUT = 16 * 2 ** 20;

/**
 * The text of a file, or of standard input for `-`.
 * @throws CliError `usage`, `input-missing`, `input-too-large`, `input-invalid-utf8`
 */
export async function readInput(path: string | undefined): Promise<string> {
  if (path === undefined) throw new CliError('usage', 'Name a file, or - for standard input.');
  const bytes = await readBytes(path);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new CliError('input-invalid-utf8', `${nameOf(path)} is not valid UTF-8.`, { cause });
  }
}

/**
 * The bytes of a file, or of standard input for `-`.
 * @throws CliError `input-missing`, `input-too-large`
 */
export async function readBytes(path: string): Promise<Uint8Array> {
  return new Uint8Array(path === '-' ? await standardInput() : await fileBytes(path));
}

async function fileBytes(path: string): Promise<Uint8Array> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    throw new CliError('input-missing', `${path} cannot be read.`, { cause });
  }
  requireSize(bytes.length, path);
  return bytes;
}

async function standardInput(): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of process.stdin) {
    chunks.push(chunk as Uint8Array);
    length += (chunk as Uint8Array).length;
    requireSize(length, '-');
  }
  return Buffer.concat(chunks);
}

function requireSize(length: number, path: string): void {
  if (length > MAX_INPUT) throw new CliError('input-too-large', `${nameOf(path)} has more than 16 MiB.`);
}

const nameOf = (path: string): string => (path === '-' ? 'Standard input' : path);
