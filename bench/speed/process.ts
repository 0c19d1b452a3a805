/** A player in a process of its own that answers lines of JSON. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Player, Run } from './contestant.js';

/** One that says nothing for so long is given up, in milliseconds. */
const PATIENCE_MS = 120_000;

/** Starts it and waits for its version. @throws Error with the last of its standard error when it ends first */
export async function processPlayer(
  name: string,
  command: readonly string[],
  configuration: object,
): Promise<Player> {
  const [program = '', ...args] = command;
  const child = spawn(program, [...args, JSON.stringify(configuration)], { stdio: ['pipe', 'pipe', 'pipe'] });
  let complaints = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaints = (complaints + text).slice(-2000);
  });
  const ended = new Promise<never>((_, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => reject(new Error(`${name} ended (exit ${code}): ${complaints.trim()}`)));
  });
  // Nobody may be waiting when it is told to end.
  ended.catch(() => undefined);
  const lines = createInterface({ input: child.stdout });
  const answer = async (): Promise<unknown> => {
    try {
      const line = once(lines, 'line', { signal: AbortSignal.timeout(PATIENCE_MS) });
      const [text] = (await Promise.race([line, ended])) as [string];
      return JSON.parse(text);
    } catch (error) {
      child.kill();
      throw error;
    }
  };
  const { version } = (await answer()) as { version: string };
  return {
    version,
    async generate(prompt, count) {
      child.stdin.write(`${JSON.stringify({ prompt, count })}\n`);
      return (await answer()) as Run;
    },
    async close() {
      child.stdin.end();
      await ended.catch(() => undefined);
    },
  };
}
