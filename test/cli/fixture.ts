import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { expect } from 'vitest';

export interface Result {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export const MAIN = resolve('dist/cli/main.js');

/** Runs the command to its end. */
export function sotto(
  args: readonly string[],
  options: {
    readonly input?: string | Uint8Array;
    readonly env?: NodeJS.ProcessEnv;
    readonly cwd?: string;
  } = {},
): Promise<Result> {
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd: options.cwd,
    env: options.env ?? process.env,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  // A command that ends without reading its input closes the pipe.
  child.stdin.on('error', () => undefined).end(options.input ?? '');
  return new Promise((done, reject) => {
    child.on('error', reject);
    child.on('close', (code) => done({ code, out, err }));
  });
}

/** A failure as a person should see it: one line with a code, and no trace of the program's insides. */
export function expectFailure({ code, out, err }: Result, wanted: { code: string; exit?: number }): void {
  expect(err).toContain(`[${wanted.code}`);
  expect(code).toBe(wanted.exit ?? 1);
  expect(out).toBe('');
  expect(err.split('\n').filter((line) => line.startsWith('error: '))).toHaveLength(1);
  expect(err).not.toMatch(/^\s+at |node:internal|\.js:\d+/m);
}

/** `sotto serve`, once it listens. */
export async function serving(
  profile: string,
): Promise<{ readonly process: ChildProcess; readonly port: string }> {
  const args = [MAIN, 'serve', '--port', '0', '--direct-port', '0', '--profile', profile];
  const server = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  const [line] = (await once(createInterface({ input: server.stdout! }), 'line')) as [string];
  return { process: server, port: /^Listening on http:\/\/127\.0\.0\.1:(\d+)$/.exec(line)![1]! };
}

export async function stopped(server: ChildProcess): Promise<void> {
  server.kill('SIGTERM');
  await once(server, 'exit');
}
