/** What the parties of `sotto up` saw of the last exchanges, for `sotto trace`. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Seen } from '../../edge/index.js';
import { CliError } from '../error.js';

export const TRACE_FILE = '.sotto/trace.json';
const MOST = 100;

export class TraceFile {
  readonly #file: string;
  readonly #seen: Seen[] = [];

  constructor(file: string) {
    this.#file = file;
    mkdirSync(dirname(file), { recursive: true });
    this.#write();
  }

  add(seen: Seen): void {
    this.#seen.push(seen);
    if (this.#seen.length > MOST) this.#seen.shift();
    this.#write();
  }

  #write(): void {
    writeFileSync(this.#file, JSON.stringify(this.#seen), { mode: 0o600 });
  }
}

/** @throws CliError `no-trace` */
export function readTrace(file: string): readonly Seen[] {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Seen[];
  } catch (cause) {
    throw new CliError('no-trace', 'There is no trace: run "sotto up", and something through it.', { cause });
  }
}
