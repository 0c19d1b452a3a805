/** golang.org/x/mod's tlog and note, behind the program in `test/interop/ledger`. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, renameSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

const SOURCE = resolve('test/interop/ledger');
const PROGRAM = resolve('.sotto/interop/go-ledger');

export interface GoRequest {
  /** The public folder of a log to read, with the log's key. */
  readonly folder?: string;
  readonly key?: string;
  /** In base64, like all bytes here. Entries to prove in the folder's tree, or to make a tree of. */
  readonly entries: readonly string[];
  readonly seed?: string;
  readonly name?: string;
  readonly old?: number;
  readonly index?: number;
  readonly repeat?: number;
}

export interface GoAnswer {
  readonly error?: string;
  readonly size?: number;
  readonly note?: string;
  readonly key?: string;
  readonly inclusion?: readonly string[];
  readonly consistency?: readonly string[];
  readonly oldRoot?: string;
  readonly seconds?: number;
}

/** Builds the program. @returns what asks it @throws Error with the compiler's words when it cannot be built */
export function buildGoLedger(): (request: GoRequest) => GoAnswer {
  mkdirSync(dirname(PROGRAM), { recursive: true });
  const own = `${PROGRAM}-${process.pid}`;
  const built = spawnSync('go', ['build', '-C', SOURCE, '-o', own, '.'], { encoding: 'utf8' });
  if (built.status !== 0) throw new Error(`the Go program cannot be built: ${built.stderr}`);
  renameSync(own, PROGRAM);
  return (request) => {
    const { stdout, stderr, status } = spawnSync(PROGRAM, {
      input: JSON.stringify(request),
      encoding: 'utf8',
      maxBuffer: 2 ** 28,
    });
    if (status !== 0) throw new Error(`the Go program failed: ${stderr}`);
    return JSON.parse(stdout) as GoAnswer;
  };
}
