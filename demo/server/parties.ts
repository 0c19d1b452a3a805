/** Issuer, relay, gateway and machines: `sotto up`, in a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { APP_NAME } from './people.js';

const MAIN = fileURLToPath(new URL('../../../../dist/cli/main.js', import.meta.url));
const PACK = fileURLToPath(new URL('../../../../.sotto/models/default', import.meta.url));
const MACHINES = 2;

/** What a page has to know to use private AI. */
export interface Configuration {
  readonly relay: string;
  readonly keySources: readonly [string, string];
  readonly issuer: { readonly url: string; readonly name: string };
  readonly gateway: string;
  /** The accepted launch measurement, in hexadecimal. */
  readonly measurement: string;
  readonly simulatedRoot?: 'sotto-simulated';
  /** What is accepted of the transparency log: docs/ledger-policy.schema.json. */
  readonly ledger: object;
}

export interface Parties {
  readonly configuration: Configuration;
  /** All that relay and gateway saw of late, as JSON. */
  seen(): Promise<string>;
  close(): Promise<void>;
}

/** @param folder for keys and state @throws Error when they do not start */
export async function startParties(folder: string, keySet: string): Promise<Parties> {
  const [keys, profileFile, trace] = ['app-keys.json', 'profile.json', 'trace.json'].map((name) =>
    join(folder, name),
  ) as [string, string, string];
  await writeFile(keys, keySet);
  const child = spawn(
    process.execPath,
    [
      MAIN,
      'up',
      '--machines',
      String(MACHINES),
      '--model',
      PACK,
      '--profile',
      profileFile,
      '--trace',
      trace,
      '--app-keys',
      keys,
      '--app-issuer',
      APP_NAME,
    ],
    { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const said: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => said.push(line));
  const ended = once(child, 'exit').then(() => {
    throw new Error(`sotto up did not start: ${said.at(-1) ?? 'it said nothing'}`);
  });
  await Promise.race([listed(child), ended]);
  ended.catch(() => undefined);
  const { measurement, simulatedRoot, ledger, path } = JSON.parse(await readFile(profileFile, 'utf8'));
  const { relay, keySources, issuer, gateway } = path;
  return {
    configuration: { relay, keySources, issuer, gateway, measurement, simulatedRoot, ledger: ledger.policy },
    seen: () => readFile(trace, 'utf8'),
    close: () => end(child),
  };
}

/** Resolves when all machines are on the map that it prints. */
async function listed(child: ChildProcess): Promise<void> {
  let machines = 0;
  for await (const line of createInterface({ input: child.stdout! })) {
    if (line.includes('machine http')) machines++;
    if (machines === MACHINES) break;
  }
  child.stdout!.resume();
}

export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}
