import { spawnSync } from 'node:child_process';

/** Runs a command. @returns what it printed @throws with the last of what it said when it fails */
export function run(command: string, ...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 2 ** 26 });
  if (status === 0) return stdout;
  throw new Error(`${command} ${args[0]} failed:\n${stdout}${stderr}`.slice(-4000));
}
